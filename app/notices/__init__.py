"""Notices: messages of the academy to a person about their own places, days, reports and
certificates.

`steps.sending.send` writes a mail and its notice in the transaction of the change that they are about. A
notice is a row of its own: the outbox deletes delivered mails after a while, but a notice stays as
long as the account. It stores the typed values of its kind of mail (`app.mail.kinds`), not the finished
text, so that its links stay right and it is read in the language of the page. A kind of mail must therefore
be able to read what earlier versions stored (`tests/fixtures/stored/documents/notices`).

Two kinds of mail have no notice: mails about signing in, because their links work only once, and
mails to the office.
"""
