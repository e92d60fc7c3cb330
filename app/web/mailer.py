"""Making a mail of an outbox row, and sending or keeping it."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from app.kit.ids import EventId
from app.web.calendar import invite
from app.web.letters import Letter, Letters


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
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = payload["to"]
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{event_id}@{urlsplit(self.base_url).hostname}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.plain)
        message.add_alternative(self.letters.html(letter), subtype="html")
        if payload.get("calendar"):
            organiser = parseaddr(self.sender)[1]
            method, data = invite(payload["calendar"], organiser=organiser, base_url=self.base_url)
            message.add_attachment(
                data,
                maintype="text",
                subtype="calendar",
                filename="invite.ics",
                params={"method": method, "charset": "utf-8"},
            )
        return message

    def _letter(self, payload: dict[str, Any]) -> Letter:
        values = {"sign": self.sign, **payload["values"]}
        return self.letters.read(
            payload["template"], values, academy=self.academy, base_url=self.base_url
        )

    @property
    def keeps(self) -> bool:
        """Whether mails are kept in the database instead of sent."""
        return self.mail_url is None

    def send(self, message: EmailMessage) -> None:
        """Hand the message to the mail server, within 10 s, or raise."""
        parts = urlsplit(self.mail_url or "")
        kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
        default = 465 if parts.scheme == "smtps" else 25
        with kind(parts.hostname or "localhost", parts.port or default, timeout=10) as server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
