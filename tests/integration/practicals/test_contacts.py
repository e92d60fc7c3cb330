"""Phone numbers on a roster: opened by one recorded post, around the day, by those who teach it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.contact_rules import CONTACT_READ
from app.accounts.needs_reader import NeedsReader
from app.audit.models import AuditEvent
from app.practicals.errors import PlaceRefused
from app.practicals.service import read_contacts_of_roster
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_seat

CALLED = {"emergency_name": "Jo Doe", "emergency_phone": "+442079460001"}


@pytest.fixture
def day(database):
    """A day tomorrow with three people, two of whom gave a number."""
    with database.write() as db:
        teacher = a_user(db, "Ira Instructor", roles=("instructor",))
        practical_id = a_practical(db, instructors=(teacher,), starts_at=NOW + timedelta(hours=20))
        ann = a_user(db, "Ann", phone="+442079460000", **CALLED)
        ben = a_user(db, "Ben", phone="+442079460009")
        cleo = a_user(db, "Cleo")
        a_user(db, "Dora", phone="+442079460005")
        for person in (ann, ben, cleo):
            a_seat(db, practical_id, person.user_id)
    return practical_id, teacher, ann, ben


def readings(database) -> list[AuditEvent]:
    with database.read() as db:
        return list(db.scalars(select(AuditEvent).where(AuditEvent.action == CONTACT_READ)))


def test_one_post_opens_them_and_each_reading_is_recorded(as_person, database, day):
    practical_id, teacher, ann, ben = day
    path = f"/teach/practicals/{practical_id}"
    browser = as_person(teacher)
    roster = browser.get(path).text
    assert f'action="{path}/contacts"' in roster
    assert "79460" not in roster
    answer = browser.post(f"{path}/contacts")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    assert "In an emergency: Jo Doe, +44 207 946 0001" in words(answer)
    assert "No emergency contact given" in words(answer)
    assert "0005" not in words(answer)
    rows = readings(database)
    assert {row.person_id for row in rows} == {ann.user_id, ben.user_id}
    assert {row.actor_id for row in rows} == {teacher.user_id}
    assert rows[0].details == {"place": "roster", "network": "testclient"}


def test_to_nobody_else(as_person, database, day):
    practical_id, *_ = day
    with database.write() as db:
        strangers = (
            (a_user(db, "Otto Other", roles=("instructor",)), 404),
            (a_user(db, "Stu Dent"), 403),
        )
    before = fingerprint(database)
    for person, status in strangers:
        answer = as_person(person).post(f"/teach/practicals/{practical_id}/contacts")
        assert answer.status_code == status
    assert fingerprint(database) == before


def test_at_another_time_only_by_the_office(as_person, database, admin):
    with database.write() as db:
        teacher = a_user(db, "Ira Instructor", roles=("instructor",))
        practical_id = a_practical(db, instructors=(teacher,), starts_at=NOW + timedelta(days=9))
        ann = a_user(db, "Ann", phone="+442079460000")
        a_seat(db, practical_id, ann.user_id)
    path = f"/teach/practicals/{practical_id}"
    roster = as_person(teacher).get(path)
    assert f'action="{path}/contacts"' not in roster.text
    assert "from the day before the practical to the day after it" in words(roster)
    before = fingerprint(database)
    reader = NeedsReader(teacher, "roster", "192.0.2.1")
    with database.write() as db, pytest.raises(PlaceRefused) as refused:
        read_contacts_of_roster(db, reader, practical_id, now=NOW)
    assert refused.value.reason == "contacts_not_open"
    assert as_person(teacher).post(f"{path}/contacts").status_code == 409
    assert fingerprint(database) == before
    assert "+44 207 946 0000" in words(as_person(admin).post(f"{path}/contacts"))
