"""Making a mail of an outbox row, and sending or keeping it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from app.kit.ids import EventId
from app.mail.calendar import invite
from app.mail.letters import Letter, Letters
from app.mail.mail_server import MailServer

POLICY = SMTP.clone(cte_type="7bit")
"""Every part is written in ASCII, so that any server takes it as it is and none has to change it."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """Builds mails from the letters of `templates/mail`, each as plain text and as HTML.

    `sign` makes the token of a mailed link from the id of its row, so that no secret is stored.
    """

    letters: Letters
    sender: str
    base_url: str
    academy: str
    mail_url: str | None
    sign: Callable[[str], str]

    def build(self, event_id: EventId, payload: dict[str, Any], *, now: datetime) -> EmailMessage:
        """Return the message, plain text first; its Message-ID is made of the row's id, so a repeat is
        recognised. Raises BadLetter for a source that cannot be written as both."""
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
        """Add the first invite twice, as the large calendars do themselves. As an alternative of the words
        it is what Outlook and Gmail show as an invitation, with its buttons; some programs look at
        attachments only, and people can open a file by hand. Both name the same UID, so there is one
        entry. Further ones are attachments: a mail shows one invitation, and an entry has one UID."""
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
        values = {"sign": self.sign, **payload["values"]}
        return self.letters.read(
            payload["template"], values, academy=self.academy, base_url=self.base_url
        )

    @property
    def keeps(self) -> bool:
        """Whether mails are kept in the database instead of sent."""
        return self.mail_url is None

    @property
    def server(self) -> MailServer | None:
        """The mail server, or None where mails are kept."""
        if self.mail_url is None:
            return None
        return MailServer.at(self.mail_url, base_url=self.base_url)

    def send(self, message: EmailMessage) -> None:
        """Hand the message to the mail server, as `message.as_bytes()` shows it, or raise NotSent."""
        assert self.server is not None  # noqa: S101 - the caller asks `keeps`
        sender = parseaddr(self.sender)[1]
        self.server.hand_over(sender, str(message["To"]), message.as_bytes())
