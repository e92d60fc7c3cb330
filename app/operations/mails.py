"""Mails about the installation itself."""

from typing import ClassVar

from app.mail.kinds import AddressMail


class TrialMail(AddressMail):
    """The mail of `preceptor mail test`."""

    template: ClassVar[str] = "system/test"
