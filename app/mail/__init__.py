"""Mails: rendering their templates, adding calendar invites, and sending them to a mail server.

It uses neither HTTP nor the database: `app.outbox` stores what is to be sent, and `app.workers`
sends it.
"""
