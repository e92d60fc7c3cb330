"""Records that others rely on stay: the attendance of an assessed person, and the seat of a person
who was present."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select, update

from app.assessments import checks, service
from app.assessments.domain import Mark
from app.assessments.errors import SignRefused
from app.assessments.models import Assessment
from app.audit.models import AuditEvent
from app.practicals.domain.seats import Attendance, SeatState
from app.practicals.errors import PlaceRefused, PlanRefused
from app.practicals.models import PracticalRow, Seat
from app.practicals.reliances import bind_reliances
from app.practicals.service import (
    cancel_practical,
    cancel_seat,
    change_practical,
    mark_attendance,
    take_seat_away,
)
from tests.make import NOW
from tests.make.assessments import a_day, a_signed_assessment, an_assessment, marked, signed
from tests.make.lock_waits import until_waiting
from tests.make.people import a_user
from tests.make.practicals import a_plan
from tests.make.versions import plan_version


@pytest.fixture
def day(database):
    """A day that has not begun, with one person marked present: people arrive before the start."""
    with database.write() as db:
        return a_day(db, starts_at=NOW + timedelta(hours=1))


def set_absent(database, day, *, now=NOW):
    with database.write() as db:
        mark_attendance(
            db, day.instructor, day.practical_id, day.seat_id, Attendance.absent, now=now
        )


def attendance(database, day):
    with database.read() as db:
        seat = db.get_one(Seat, day.seat_id)
        return seat.state, seat.attendance


def acts(database):
    with database.read() as db:
        return len(db.scalars(select(AuditEvent.id)).all())


class TestAttendanceUnderAnAssessment:
    def test_a_signed_one_keeps_it(self, database, day, as_person):
        with database.write() as db:
            a_signed_assessment(db, day)
        before = acts(database)
        with pytest.raises(PlaceRefused) as refused:
            set_absent(database, day)
        assert refused.value.reason == "assessed"
        assert "signed" in str(refused.value.detail)
        page = as_person(day.instructor).post(
            f"/teach/practicals/{day.practical_id}/seats/{day.seat_id}/attendance",
            data={"attendance": "absent"},
        )
        assert page.status_code == 409
        assert "A signed assessment relies on this attendance" in page.text
        assert attendance(database, day) == (SeatState.confirmed, Attendance.attended)
        assert acts(database) == before

    def test_an_outcome_of_not_yet_competent_keeps_it_too(self, database, day):
        with database.write() as db:
            a_signed_assessment(db, day, identity=Mark.not_done)
        with pytest.raises(PlaceRefused, match="signed"):
            set_absent(database, day)
        assert attendance(database, day)[1] is Attendance.attended

    def test_a_begun_one_keeps_it_from_the_first_mark_on(self, database, day):
        with database.write() as db:
            sheet = an_assessment(db, day)
        set_absent(database, day)
        with database.write() as db:
            assert an_assessment(db, day) == sheet
            service.mark_step(
                db, day.instructor, sheet, "hands", Mark.done, "", expected_revision=0, now=NOW
            )
        with pytest.raises(PlaceRefused, match="has marks already"):
            set_absent(database, day)
        assert attendance(database, day)[1] is Attendance.attended

    def test_a_discarded_one_keeps_nothing(self, database, day):
        with database.write() as db:
            sheet = an_assessment(db, day)
            service.mark_step(
                db, day.instructor, sheet, "hands", Mark.done, "", expected_revision=0, now=NOW
            )
            service.discard_assessment(db, day.instructor, sheet, "Wrong person", now=NOW)
        set_absent(database, day)
        assert attendance(database, day)[1] is Attendance.absent

    def test_an_admin_is_refused_as_well(self, database, day):
        with database.write() as db:
            admin = a_user(db, "Ada Admin", roles=("admin",))
            a_signed_assessment(db, day)
        with pytest.raises(PlaceRefused), database.write() as db:
            mark_attendance(db, admin, day.practical_id, day.seat_id, Attendance.absent, now=NOW)

    def test_without_an_assessment_a_correction_is_free(self, database, day):
        with database.write() as db:
            mark_attendance(
                db, day.instructor, day.practical_id, day.seat_id, Attendance.attended, now=NOW
            )
        set_absent(database, day)
        assert attendance(database, day)[1] is Attendance.absent

    def test_a_process_that_bound_nothing_takes_nothing_back(self, database, day, monkeypatch):
        with database.write() as db:
            an_assessment(db, day)
        monkeypatch.setattr("app.practicals.reliances._reliances", [])
        with pytest.raises(RuntimeError, match="bind"):
            set_absent(database, day)
        bind_reliances(lambda db, seat_id: None)
        set_absent(database, day)


class TestSigning:
    def test_somebody_absent_is_not_graded(self, database, day, as_person):
        """R-044."""
        with database.write() as db:
            sheet = an_assessment(db, day)
        set_absent(database, day)
        with database.write() as db:
            marked(db, day, sheet)
        with pytest.raises(SignRefused) as refused, database.write() as db:
            signed(db, day, sheet)
        assert refused.value.reason == "absent"
        with database.read() as db:
            version = db.get_one(Assessment, sheet).version
        page = as_person(day.instructor).post(
            f"/assessments/{sheet}/sign",
            data={"expected_version": str(version), "confirmed": "yes"},
        )
        assert page.status_code == 409
        assert "not marked as present" in page.text
        with database.read() as db:
            assert db.get_one(Assessment, sheet).signed_at is None

    def test_nor_is_a_seat_that_has_ended(self, database, day):
        with database.write() as db:
            sheet = an_assessment(db, day)
            marked(db, day, sheet)
            db.execute(update(Seat).values(state=SeatState.cancelled_by_admin))
        with pytest.raises(SignRefused), database.write() as db:
            signed(db, day, sheet)

    def test_a_signature_and_an_absence_at_once_never_both_stand(self, database, day):
        with database.write() as db:
            sheet = an_assessment(db, day)
            marked(db, day, sheet)
        refused = []

        def mark_absent():
            try:
                set_absent(database, day)
            except PlaceRefused as error:
                refused.append(error)

        second = Thread(target=mark_absent)
        with database.write() as db:
            signed(db, day, sheet)
            db.flush()
            second.start()
            until_waiting(database, 1, second)
        second.join()
        assert len(refused) == 1
        assert attendance(database, day)[1] is Attendance.attended
        with database.read() as db:
            assert checks.problems(db, now=NOW) == []


class TestASeatOfSomebodyWhoWasThere:
    @pytest.fixture
    def present(self, database, day):
        with database.write() as db:
            mark_attendance(
                db, day.instructor, day.practical_id, day.seat_id, Attendance.attended, now=NOW
            )
            db.execute(update(PracticalRow).values(taken=1, cancel_until=NOW + timedelta(hours=1)))
            return a_user(db, "Ada Admin", roles=("admin",))

    def test_is_not_taken_away(self, database, day, present):
        with pytest.raises(PlaceRefused) as refused, database.write() as db:
            take_seat_away(db, present, day.practical_id, day.seat_id, reason="Mistake", now=NOW)
        assert refused.value.reason == "attended"
        assert attendance(database, day) == (SeatState.confirmed, Attendance.attended)

    def test_is_not_given_back(self, database, day, present):
        with pytest.raises(PlaceRefused) as refused, database.write() as db:
            cancel_seat(db, day.student, day.practical_id, now=NOW)
        assert refused.value.reason == "attended"
        assert attendance(database, day) == (SeatState.confirmed, Attendance.attended)

    def test_keeps_its_day_from_being_cancelled(self, database, day, present):
        with pytest.raises(PlanRefused, match="1 person is") as refused, database.write() as db:
            cancel_practical(db, present, day.practical_id, reason="Ill", now=NOW)
        assert refused.value.reason == "attended"
        assert attendance(database, day) == (SeatState.confirmed, Attendance.attended)

    def test_keeps_its_day_from_being_moved_but_not_its_room(self, database, day, present):
        with database.read() as db:
            row = db.get_one(PracticalRow, day.practical_id)
            plan = a_plan(
                instructors=frozenset({day.instructor.user_id}),
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                booking_opens_at=row.booking_opens_at,
                booking_closes_at=row.booking_closes_at,
                cancel_until=row.cancel_until,
                room="Another room",
                capacity=4,
            )
        with database.write() as db:
            change_practical(
                db,
                present,
                day.practical_id,
                plan,
                expected_version=plan_version(db, day.practical_id),
                now=NOW,
            )
        later = timedelta(days=7)
        moved = replace(plan, starts_at=plan.starts_at + later, ends_at=plan.ends_at + later)
        with pytest.raises(PlanRefused) as refused, database.write() as db:
            change_practical(
                db,
                present,
                day.practical_id,
                moved,
                expected_version=plan_version(db, day.practical_id),
                now=NOW,
            )
        assert refused.value.reason == "attended"
        with database.read() as db:
            row = db.get_one(PracticalRow, day.practical_id)
            assert (row.room, row.starts_at) == ("Another room", plan.starts_at)


def test_the_audit_names_a_signed_assessment_without_attendance(database, day):
    with database.write() as db:
        done = a_signed_assessment(db, day)
    for damage in (
        {"attendance": Attendance.absent},
        {"attendance": None},
        {"attendance": Attendance.attended, "state": SeatState.cancelled_by_admin},
    ):
        with database.write() as db:
            db.execute(update(Seat).values(**damage))
        with database.read() as db:
            assert checks.problems(db, now=NOW) == [
                f"Assessment {done}: signed, but its student is not marked as present."
            ]
