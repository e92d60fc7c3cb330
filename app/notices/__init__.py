"""Notices: messages of the academy to a person about their own places, days, reports and
certificates.

`service.tell` writes a mail and its notice in the transaction of the change that they are about. A
notice is a row of its own: the outbox deletes delivered mails after a while, but a notice stays as
long as the account. It stores the values of its template, not the finished text, so that its links
stay right and its page is made from the same template as the mail. Templates must therefore be able
to render notices of earlier versions (`tests/unit/notices`).

Two kinds of mail have no notice: mails about signing in, because their links work only once, and
mails to the office.
"""
