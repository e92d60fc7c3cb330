"""Mails and notices as they are stored, put in words without a server."""

from email.message import EmailMessage
from typing import Any
from uuid import UUID

from icalendar import Calendar

from app.kit.ids import EventId
from app.kit.paths import TEMPLATES
from app.mail.letters import Letters
from app.mail.mailer import Mailer
from app.web.templating import make_environment
from tests.make import NOW
from tests.make.academy import ACADEMY, WORDS
from tests.make.readings import words_of_page

HOUSE = {"academy": ACADEMY.name, "base_url": "https://academy.example.org"}


def letters() -> Letters:
    """Return the letters of the academy in its own language."""
    return Letters.over(
        make_environment(
            TEMPLATES, url_for=lambda name, **_: f"/{name}", asset=lambda name: name, words=WORDS
        )
    )


def a_mailer() -> Mailer:
    """Return a mailer that keeps mails and makes no secret tokens."""
    return Mailer(
        letters=letters(),
        sender="Preceptor Academy <academy@preceptor.example>",
        mail_url=None,
        sign=lambda link_id: f"signed.{link_id}",
        **HOUSE,
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


def read_notice(row: dict[str, Any]) -> dict[str, Any]:
    """Return a stored notice as its owner reads it."""
    letter = letters().read(row["template"], row["details"], **HOUSE)
    subject = letters().read_subject(row["template"], row["details"], **HOUSE)
    return {"line": subject, "subject": letter.subject, "text": letter.plain.splitlines()}
