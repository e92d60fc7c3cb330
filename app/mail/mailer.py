"""Builds a mail from an outbox row, and sends or stores it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from app.kit.ids import EventId
from app.kit.words import Words
from app.languages import Languages
from app.mail.calendar import invite
from app.mail.calendar_entries import CalendarEntry, entries_of
from app.mail.kinds import MailKind
from app.mail.letter_writer import LetterWriter
from app.mail.mail_server import MailServer

STOP_HEADER = "List-Unsubscribe"


class AddressHeader(UniqueUnstructuredHeader):
    """A head with one address of a page. Its line is never folded: a long address would be written in
    encoded words, which mail programs do not read there."""

    def fold(self, *, policy: Policy) -> str:
        name: str = self.name  # type: ignore[attr-defined] # the registry adds BaseHeader
        return f"{name}: {self}{policy.linesep}"


def _headers() -> HeaderRegistry:
    registry = HeaderRegistry()
    registry.map_to_type(STOP_HEADER, AddressHeader)  # type: ignore[arg-type] # as for its own classes
    return registry


POLICY = SMTP.clone(cte_type="7bit", header_factory=_headers())
"""Every part is encoded as ASCII, so that any server accepts it without changing it."""


def payload_of(
    mail: MailKind,
    to: str,
    *,
    language: str | None = None,
    calendar: Sequence[CalendarEntry] = (),
) -> dict[str, Any]:
    """Return a mail as it is stored: its kind and its values, no words. `language` is the tag of the
    recipient's language, or None for the academy's."""
    return {
        "to": to,
        "template": mail.template,
        "values": mail.stored(),
        "calendar": [entry.stored() for entry in calendar],
        "language": language,
    }


@dataclass(frozen=True, slots=True)
class Mailer:
    """Builds mails from stored ones, each as plain text and as HTML.

    `sign` makes the token of a link from the id of its row, so that no secret is stored. `stop_path` makes
    the path of the page on which the reader at an address stops mails that come again and again.
    """

    letters: LetterWriter
    languages: Languages
    sender: str
    mail_url: str | None
    sign: Callable[[str], str]
    stop_path: Callable[[UUID, str], str]

    @property
    def base_url(self) -> str:
        return self.letters.base_url

    def build(
        self, event_id: EventId, payload: Mapping[str, Any], *, now: datetime
    ) -> EmailMessage:
        """Return the message with plain text and HTML, in the recipient's language. Its Message-ID is
        made from the row's id, so that a repeat is recognised.

        Raises BadLetter if the template is invalid, LaterVersionNeeded for a mail of a later version,
        and DamagedDocument.
        """
        words = self.languages.words(payload.get("language"))
        letter = self.letters.letter(
            payload["template"],
            payload["values"],
            words,
            sign=lambda link_id: self.sign(str(link_id)),
        )
        message = EmailMessage(policy=POLICY)
        message["From"] = self.sender
        message["To"] = payload["to"]
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{event_id}@{urlsplit(self.base_url).hostname}>"
        message["Auto-Submitted"] = "auto-generated"
        self._add_stop(message, payload)
        message.set_content(letter.plain)
        message.add_alternative(self.letters.html(letter), subtype="html")
        if entries := entries_of(payload):
            self._add_invites(message, entries, words)
        # Last: a part that is added takes the headers of the content that was there along.
        message["Content-Language"] = words.tag
        return message

    def _add_stop(self, message: EmailMessage, payload: Mapping[str, Any]) -> None:
        """Let mail programs offer to stop mails that come again and again, with one press (RFC 8058)."""
        stopped = self.letters.kinds.stopped_by(payload["template"], payload["values"])
        if stopped is not None:
            path = self.stop_path(stopped, payload["to"])
            message[STOP_HEADER] = f"<{self.base_url}{path}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"

    def _add_invites(
        self, message: EmailMessage, entries: Sequence[CalendarEntry], words: Words
    ) -> None:
        """Add the first invite twice, as the large calendar services do. As an alternative part,
        Outlook and Gmail show it as an invitation with buttons; as an attachment, other programs
        find it, and people can open the file. Both have the same UID, so there is only one entry.
        Further invites are attachments only, because a mail shows only one invitation."""
        organiser = parseaddr(self.sender)[1]
        written = [
            invite(entry, words, organiser=organiser, base_url=self.base_url) for entry in entries
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
