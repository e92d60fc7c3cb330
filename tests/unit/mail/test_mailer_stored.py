"""Every mail that any version stored can be sent: golden documents stand for rows that wait. Its words are
made for the recipient."""

from email.message import EmailMessage

import pytest
from lxml import html

from app.kit.ids import EventId, new_uuid
from app.languages import Languages
from app.mail.mailer import payload_of
from app.practicals.mails import SeatGivenBackMail
from tests.make import NOW
from tests.make.academy import ACADEMY
from tests.make.golden import Golden, golden_documents
from tests.make.mail_examples import DAY, an_entry
from tests.make.mails import LANGUAGES, a_mailer, read_mail
from tests.make.pseudo_languages import OPEN, bracketed

MAILS = [golden for golden in golden_documents() if golden.kind == "mails"]


@pytest.mark.parametrize("golden", MAILS, ids=lambda golden: golden.path.stem)
def test_it_can_be_sent(golden: Golden):
    mail = read_mail(golden.stored)
    assert mail["to"] == golden.stored["to"]
    assert mail["subject"]
    assert mail["text"][0].startswith("Hello")
    assert len(mail["invites"]) == len(golden.read["calendar"])


BRACKETED = bracketed(ACADEMY).own


def sent_in(language: str | None) -> EmailMessage:
    """Return a mail with an invite as it is sent to a person with this language."""
    mail = SeatGivenBackMail(**DAY)
    payload = payload_of(mail, "ann@example.org", language=language, calendar=(an_entry(),))
    mailer = a_mailer(Languages(LANGUAGES.own, {BRACKETED.tag: BRACKETED}))
    return mailer.build(EventId(new_uuid()), payload, now=NOW)


def test_a_mail_and_its_invite_are_written_in_the_language_of_the_recipient():
    message = sent_in(BRACKETED.tag)
    assert str(message["Subject"]).startswith(f"{OPEN}You have given your place back")
    (invite,) = (part for part in message.walk() if part.get_content_type() == "text/calendar")
    assert f"DESCRIPTION:{OPEN}Small course: Practice day." in invite.get_content()
    body = message.get_body(("html",))
    assert body is not None
    assert html.fromstring(body.get_content()).get("lang") == BRACKETED.tag


@pytest.mark.parametrize("language", [None, "en-GB", "tlh"], ids=["none", "own", "unknown"])
def test_without_a_language_that_is_spoken_here_it_is_that_of_the_academy(language: str | None):
    message = sent_in(language)
    assert str(message["Subject"]).startswith("You have given your place back")
