"""Builds a mail from an outbox row, and sends or stores it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any, Final
from urllib.parse import urlsplit

from app.kit.ids import EventId
from app.kit.messages import msg
from app.kit.stored_documents import DocumentKind, version_of_document
from app.mail.calendar import invite
from app.mail.letters import VALUES_VERSION, Letter, Letters
from app.mail.mail_server import MailServer

MAILS: Final = DocumentKind(msg("mails"), msg("Mails"))
POLICY = SMTP.clone(cte_type="7bit")
"""Every part is encoded as ASCII, so that any server accepts it without changing it."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """Builds mails from the letters of `templates/mail`, each as plain text and as HTML.

    `sign` makes the token of a link from the id of its row, so that no secret is stored.
    """

    letters: Letters
    sender: str
    base_url: str
    academy: str
    mail_url: str | None
    sign: Callable[[str], str]

    def build(self, event_id: EventId, payload: dict[str, Any], *, now: datetime) -> EmailMessage:
        """Return the message with plain text and HTML. Its Message-ID is made from the row's id, so
        that a repeat is recognised. Raise BadLetter if the template is invalid."""
        letter = self._letter(payload)
        message = EmailMessage(policy=POLICY)
        message["From"] = self.sender
        message["To"] = payload["to"]
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{event_id}@{urlsplit(self.base_url).hostname}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.plain)
        message.add_alternative(self.letters.html(letter), subtype="html")
        if payload.get("calendar"):
            said = payload["calendar"]
            self._add_invites(message, said if isinstance(said, list) else [said])
        return message

    def _add_invites(self, message: EmailMessage, described: list[dict[str, Any]]) -> None:
        """Add the first invite twice, as the large calendar services do. As an alternative part,
        Outlook and Gmail show it as an invitation with buttons; as an attachment, other programs
        find it, and people can open the file. Both have the same UID, so there is only one entry.
        Further invites are attachments only, because a mail shows only one invitation."""
        organiser = parseaddr(self.sender)[1]
        written = [
            invite(entry, organiser=organiser, base_url=self.base_url) for entry in described
        ]
        method, first = written[0]
        message.add_alternative(
            first,
            maintype="text",
            subtype="calendar",
            params={"method": method, "charset": "utf-8"},
        )
        for number, (_, data) in enumerate(written, start=1):
            name = "invite.ics" if number == 1 else f"invite-{number}.ics"
            message.add_attachment(data, maintype="application", subtype="ics", filename=name)

    def _letter(self, payload: dict[str, Any]) -> Letter:
        version_of_document(payload["values"], MAILS, newest=VALUES_VERSION)
        values = {"sign": self.sign, **payload["values"]}
        return self.letters.read(
            payload["template"], values, academy=self.academy, base_url=self.base_url
        )

    @property
    def keeps(self) -> bool:
        """Whether mails are stored in the database instead of sent."""
        return self.mail_url is None

    @property
    def server(self) -> MailServer | None:
        """The mail server, or None if mails are stored."""
        if self.mail_url is None:
            return None
        return MailServer.at(self.mail_url, base_url=self.base_url)

    def send(self, message: EmailMessage) -> None:
        """Send the message, exactly as `message.as_bytes()`, or raise NotSent."""
        assert self.server is not None  # noqa: S101 - the caller asks `keeps`
        sender = parseaddr(self.sender)[1]
        self.server.hand_over(sender, str(message["To"]), message.as_bytes())
