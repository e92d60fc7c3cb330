"""Background workers: they deliver the outbox and act on deadlines.

Every installation has two workers, each in its own thread: one for facts and deadlines, one for
mails. So a mail server that is slow or down does not delay marks, certificates or places.
"""
