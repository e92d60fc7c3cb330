"""Mails that come again and again carry the address that stops them, as mail programs read it (RFC 8058)."""

from email import message_from_bytes
from uuid import UUID

from app.kit.ids import EventId
from app.learning.mails import WeeklyPlanMail
from app.mail.mailer import payload_of
from tests.make import NOW
from tests.make.golden import golden_documents
from tests.make.mail_examples import OF_A_PLAN
from tests.make.mails import BASE_URL, a_mailer

MAIL_ID, PLACE = EventId(UUID(int=7)), UUID(int=8)


def raw(payload: dict) -> bytes:
    return a_mailer().build(MAIL_ID, payload, now=NOW).as_bytes()


def test_the_weekly_mail_says_how_it_is_stopped():
    mail = WeeklyPlanMail(**OF_A_PLAN, parts=3, enrolment_id=PLACE)
    sent = raw(payload_of(mail, "ann@example.org"))
    message = message_from_bytes(sent)
    address = f"<{BASE_URL}/stop?{PLACE}=ann@example.org>"
    assert message["List-Unsubscribe"] == address
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"List-Unsubscribe: " + address.encode() + b"\r\n" in sent


def test_one_of_before_such_links_and_every_other_kind_says_nothing():
    for golden in golden_documents():
        if golden.kind == "mails":
            sent = raw(golden.stored)
            assert b"Auto-Submitted: auto-generated" in sent
            assert b"List-Unsubscribe" not in sent, golden.path.stem
