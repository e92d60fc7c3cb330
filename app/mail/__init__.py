"""Mails: reading their templates, writing them with calendar invites, and handing them to a mail server.

Knows neither HTTP nor the database: `app.outbox` stores what is to be sent, `app.workers` sends it.
"""
