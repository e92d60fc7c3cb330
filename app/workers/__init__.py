"""The workers: what delivers the outbox and keeps the deadlines, beside the requests.

Two workers run in every installation, each in a thread of its own: one for facts and deadlines, one for
mails. A mail server that is slow or down holds up no mark, no certificate and no place.
"""
