"""Notices: what the academy wrote to a person about their own places, days, reports and certificates.

`service.tell` is one call for both, a mail and its notice, in the transaction of what it tells. A notice is
a row of its own and not a column of the outbox: the outbox forgets what it has delivered, a notice stays
for as long as the account does. It keeps what its letter is filled with, not the words, so that its links
follow the site and its page is written from the same source as the mail; that source must go on reading
the notices that were written before it changed (`tests/unit/notices`).

Mails about signing in hold links that work once, and mails to the office concern nobody's own: neither
becomes a notice.
"""
