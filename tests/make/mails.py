"""Mails and notices as they are stored, put in words without a server."""

from datetime import datetime
from email.message import EmailMessage
from functools import cache
from typing import Any
from uuid import UUID

from icalendar import Calendar
from sqlalchemy.orm import Session

from app.accounts.mails import InvitationMail
from app.kit.ids import EventId, new_uuid
from app.kit.messages import Message
from app.kit.paths import TEMPLATES
from app.languages import Languages, languages_of
from app.mail.calendar_entries import entries_of
from app.mail.letter_writer import LetterWriter
from app.mail.mailer import Mailer
from app.mail.values import MailPart
from app.mail_kinds import KINDS
from app.outbox.models import OutboxEvent
from app.outbox.queries import MAIL
from app.web.templating import Templates, make_environment
from tests.make import NOW
from tests.make.academy import ACADEMY
from tests.make.readings import words_of_page

BASE_URL = "https://academy.example.org"
LANGUAGES = languages_of(ACADEMY)


@cache
def a_writer() -> LetterWriter:
    """Return what writes the academy's letters, in every language."""
    templates = Templates(
        lambda words: make_environment(
            TEMPLATES, url_for=lambda name, **_: f"/{name}", asset=lambda name: name, words=words
        )
    )
    return LetterWriter(KINDS, templates.of, ACADEMY.name, BASE_URL)


def a_mailer(languages: Languages = LANGUAGES) -> Mailer:
    """Return a mailer that keeps mails and makes no secret tokens."""
    return Mailer(
        letters=a_writer(),
        languages=languages,
        sender="Preceptor Academy <academy@preceptor.example>",
        mail_url=None,
        sign=lambda link_id: f"signed.{link_id}",
        stop_path=lambda stopped, address: f"/stop?{stopped}={address}",
    )


def read_mail(payload: dict[str, Any]) -> dict[str, Any]:
    """Return a stored mail as it is read: its subject, its text, the words of its HTML, its invites."""
    message = a_mailer().build(EventId(UUID(int=7)), payload, now=NOW)
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    return {
        "to": message["To"],
        "subject": message["Subject"],
        "text": plain.get_content().splitlines(),
        "html": words_of_page(html.get_content()),
        "invites": _invites(message),
    }


def _invites(message: EmailMessage) -> list[list[str]]:
    """Return the entries of the attached calendars, without the rules of their time zones."""
    calendars = (
        Calendar.from_ical(part.get_payload(decode=True))
        for part in message.walk()
        if part.get_content_type() == "application/ics"
    )
    return [
        [f"METHOD:{calendar['METHOD']}", *event.to_ical().decode().splitlines()]
        for calendar in calendars
        for event in calendar.walk("VEVENT")
    ]


def said_in(payload: dict[str, Any]) -> dict[str, Any]:
    """Return what the template of a stored mail prints; messages in English words."""
    filling = KINDS.filling_of(payload["template"], payload["values"])
    return {name: _in_words(value) for name, value in filling.items()}


def entry_in(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the only calendar entry of a stored mail; messages in English words."""
    (entry,) = entries_of(payload)
    return {name: _in_words(value) for name, value in entry}


def _in_words(value: object) -> object:
    return LANGUAGES.own.of(value) if isinstance(value, Message) else value


def meaning(payload: dict[str, Any]) -> dict[str, Any]:
    """Return what a stored mail means: to whom, its values, and its calendar entries. The
    words of the template are no part of it, because a later version may say them better."""
    return {
        "to": payload["to"],
        "language": payload.get("language"),
        **meaning_of_notice({"template": payload["template"], "details": payload["values"]}),
        "calendar": [_plain(entry) for entry in entries_of(payload)],
    }


def meaning_of_notice(row: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a stored notice, without those that it does not have and those that the
    template makes of others."""
    filling = KINDS.filling_of(row["template"], row["details"])
    kind = next(kind for kind in KINDS if kind.template == row["template"])
    names = filling.keys() - kind.properties() if "version" in row["details"] else filling.keys()
    return {
        "values": {
            name: _plain(filling[name]) for name in sorted(names) if filling[name] is not None
        }
    }


def _plain(value: object) -> object:
    if isinstance(value, MailPart):
        return {name: _plain(part) for name, part in value}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | int | None) else str(value)


def an_invitation_mail(name: str = "Ned") -> InvitationMail:
    """Return a mail to a person without an account, with a link."""
    return InvitationMail(name=name, inviter="Ada", link_id=EventId(new_uuid()))


def a_stored_mail(
    db: Session,
    to: str,
    template: str,
    values: dict[str, Any],
    *,
    now: datetime = NOW,
) -> EventId:
    """Record a mail as another version would, or a damaged one."""
    mail_id = EventId(new_uuid())
    payload = {"to": to, "template": template, "values": values, "calendar": None}
    db.add(OutboxEvent(id=mail_id, name=MAIL, payload=payload, created_at=now, available_at=now))
    db.flush()
    return mail_id
