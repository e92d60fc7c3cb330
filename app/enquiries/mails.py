"""Mails about enquiries."""

from typing import ClassVar

from app.kit.ids import EnquiryId
from app.mail.kinds import AddressMail
from app.mail.values import Words


class EnquiryReceivedMail(AddressMail):
    """To the address that asked. It repeats nothing that was typed."""

    template: ClassVar[str] = "enquiries/received"


class EnquiryAskedMail(AddressMail):
    """To the office. `course` is the title of the course that it is about, or None."""

    template: ClassVar[str] = "enquiries/asked"

    topic: Words
    course: str | None
    enquiry_id: EnquiryId
