"""Writing to a person: a mail and its notice, or neither."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from app.accounts.queries import Person, people
from app.db.database import Database
from app.kit.messages import msg
from app.mail.kinds import PersonMail
from app.notices.models import Notice
from app.notices.steps.sending import send
from app.outbox.models import OutboxEvent
from app.practicals.mails import SeatBookedMail, SeatPromotedMail
from app.rights.mails import RightsEndedMail
from tests.make import NOW
from tests.make.mail_examples import SEAT, an_entry
from tests.make.people import a_user

ENDED = RightsEndedMail(
    name="Ann Able", cause="account", ended=(msg("It ended."),), has_calendar=False
)


def ann(db: Any) -> Person:
    actor = a_user(db, "Ann Able")
    return people(db, [actor.user_id])[actor.user_id]


def rows(database: Database) -> tuple[int, int]:
    """Return how many mails and notices there are."""
    with database.read() as db:
        mails = db.scalars(select(func.count()).select_from(OutboxEvent)).one()
        return mails, db.scalars(select(func.count()).select_from(Notice)).one()


def test_a_mail_and_its_notice_hold_the_same_values_and_no_words(database):
    with database.write() as db:
        person = replace(ann(db), language="cy")
        send(db, person, SeatBookedMail(**SEAT), now=NOW, calendar=(an_entry(),))
    with database.read() as db:
        mail, notice = db.scalars(select(OutboxEvent)).one(), db.scalars(select(Notice)).one()
    assert mail.id == notice.id
    assert mail.payload["template"] == notice.template == "practicals/booked"
    assert mail.payload["values"] == notice.details
    assert notice.details["version"] == 2
    assert notice.details["starts_at"] == {"moment": "2026-12-08T10:00:00+00:00[Europe/London]"}
    assert mail.payload["calendar"] == [an_entry().stored()]
    assert mail.payload["language"] == "cy"
    assert "London time" not in str(mail.payload)


@pytest.mark.parametrize(
    "wrong",
    [{"starts_at": "Tue 8 Dec 2026"}, {"bring": None}, {"room": 7}, {"hall": "A"}],
    ids=str,
)
def test_nothing_is_stored_of_a_mail_with_a_wrong_value(database, wrong):
    def book() -> None:
        with database.write() as db:
            person = ann(db)
            db.flush()
            send(db, person, SeatBookedMail(**{**SEAT, **wrong}), now=NOW)

    with pytest.raises(ValidationError):
        book()
    assert rows(database) == (0, 0)


@pytest.mark.parametrize(
    ("mail", "is_read"),
    [(SeatBookedMail(**SEAT), True), (SeatPromotedMail(**SEAT), False)],
    ids=["own deed", "deed of somebody else"],
)
def test_what_a_person_did_themselves_is_no_news(database, mail: PersonMail, is_read: bool):
    with database.write() as db:
        send(db, ann(db), mail, now=NOW)
    with database.read() as db:
        assert (db.scalars(select(Notice.read_at)).one() == NOW) is is_read


@pytest.mark.parametrize(
    ("mail", "written"),
    [(ENDED, (1, 1)), (SeatPromotedMail(**SEAT), (0, 0))],
    ids=["of its end", "of anything else"],
)
def test_a_closed_account_is_told_of_its_end_and_of_nothing_else(
    database, mail: PersonMail, written: tuple[int, int]
):
    with database.write() as db:
        send(db, replace(ann(db), is_closed=True), mail, now=NOW)
    assert rows(database) == written
