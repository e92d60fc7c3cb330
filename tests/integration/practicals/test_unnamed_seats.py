"""A seat without a name is counted, and no page, list or use-case trips over it."""

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.kit.errors import NotFound
from app.practicals import checks, service
from app.practicals.domain.seats import Attendance
from app.practicals.models import PracticalRow, Seat
from tests.make import NOW
from tests.make.people import a_user
from tests.make.practicals import STARTS, a_plan, a_practical, a_ready_student, a_seat
from tests.make.versions import plan_version


@pytest.fixture
def office(database):
    """An admin, an instructor, a practical with one named seat and one without a name, and both seats."""
    with database.write() as db:
        admin = a_user(db, "Ada", roles=("admin",))
        teacher = a_user(db, "Ida", roles=("instructor",))
        practical_id = a_practical(db, instructors=(teacher,))
        student = a_ready_student(db)
        named = a_seat(db, practical_id, student.user_id)
        unnamed = a_seat(db, practical_id, None)
    return admin, teacher, student, practical_id, named, unnamed


def test_every_page_of_the_day_is_shown(as_person, office):
    admin, teacher, student, practical_id, named, unnamed = office
    pages = {
        admin: [
            f"/admin/practicals/{practical_id}",
            f"/admin/practicals/{practical_id}/cancel",
            f"/admin/practicals/{practical_id}/reserve",
            f"/admin/practicals/{practical_id}/seats/{named}",
            "/admin/practicals",
            "/home",
        ],
        teacher: [
            f"/teach/practicals/{practical_id}",
            f"/teach/practicals/{practical_id}/roster.pdf",
            f"/teach/practicals/{practical_id}/attendance.pdf",
            "/home",
        ],
        student: ["/practicals", f"/practicals/{practical_id}", "/home"],
    }
    for person, addresses in pages.items():
        browser = as_person(person)
        assert {
            address: browser.get(address).status_code for address in addresses
        } == dict.fromkeys(addresses, 200)
    nobody = as_person(admin).get(f"/admin/practicals/{practical_id}/seats/{unnamed}")
    assert nobody.status_code == 404


def test_nobody_is_marked_for_it(database, office):
    admin, _, student, practical_id, named, unnamed = office
    with database.write() as db:
        with pytest.raises(NotFound):
            service.mark_attendance(
                db, admin, practical_id, unnamed, Attendance.attended, now=STARTS
            )
        assert service.mark_everybody_present(db, admin, practical_id, now=STARTS) == 1
    with database.read() as db:
        marks = dict(iter(db.execute(select(Seat.id, Seat.attendance))))
        assert marks == {named: Attendance.attended, unnamed: None}
        people = db.scalars(select(AuditEvent.person_id)).all()
        assert people == [student.user_id]


def test_a_day_that_moves_takes_it_along(database, office):
    admin, _, _, practical_id, _, _ = office
    with database.write() as db:
        plan = a_plan(room="Room 9", capacity=4, over_ratio_reason="A guest teaches")
        told = service.change_practical(
            db,
            admin,
            practical_id,
            plan,
            expected_version=plan_version(db, practical_id),
            now=NOW,
        )
        assert told.seats == 1
    with database.read() as db:
        assert db.get_one(PracticalRow, practical_id).taken == 2
        assert checks.broken(db, now=NOW) == ()
