"""Seats, waiting-list entries, attempts and assignments end with the right that they depend on. B1,
T7, T8."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import func, select, update

from app import checks, jobs
from app.accounts import service as accounts
from app.accounts.domain import roles_record
from app.accounts.models import User
from app.audit.models import AuditEvent
from app.enrolments import service as enrolments
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.actor import Role, SystemActor
from app.kit.versions import version_of
from app.notices.models import Notice
from app.outbox.models import OutboxEvent
from app.practicals import checks as practical_checks
from app.practicals import queries as practicals
from app.practicals import service as seats
from app.practicals.domain.lost_rights import lost_right, read_waived
from app.practicals.domain.seats import Attendance, SeatState, WaitingState
from app.practicals.models import PracticalInstructor, PracticalRow, Seat, WaitingEntry
from app.practicals.queries.eligibility_facts import read_candidates, read_practical
from app.practicals.queries.lost_rights import without_right
from app.practicals.queries.pending import without_instructor
from app.rights import queries, service
from tests.make import NOW
from tests.make.keys import ISSUER
from tests.make.lock_waits import until_waiting
from tests.make.patience import SECONDS
from tests.make.people import a_user
from tests.make.practicals import (
    STARTS,
    a_place,
    a_practical,
    a_ready_student,
    a_seat,
    a_waiter,
    an_intake,
    the_theory,
)


@pytest.fixture
def academy(database):
    """Two days to come with one place each, held by Leila; Freya waits for the first one."""
    with database.write() as db:
        return Academy(db)


class Academy:
    def __init__(self, db):
        self.intake = an_intake(db, taken=1)
        self.admin = a_user(db, "Ada Admin", roles=("admin",))
        self.teacher = a_user(db, "Ira Instructor", roles=("instructor",))
        self.leila = a_ready_student(db, "Leila", intake_id=self.intake)
        self.freya = a_ready_student(db, "Freya")
        self.first = a_practical(db, instructors=(self.teacher,), capacity=1)
        later = timedelta(days=7)
        self.second = a_practical(
            db,
            instructors=(self.teacher,),
            capacity=1,
            starts_at=STARTS + later,
            ends_at=STARTS + later + timedelta(hours=7),
        )
        self.seats = [a_seat(db, day, self.leila.user_id) for day in (self.first, self.second)]
        self.wait = a_waiter(db, self.first, self.freya.user_id)
        self.enrolment = db.scalars(
            select(Enrolment.id).where(Enrolment.user_id == self.leila.user_id)
        ).one()


def cancel_place(database, academy):
    with database.write() as db:
        enrolments.cancel_place(db, academy.admin, academy.enrolment, reason="Refunded", now=NOW)


def close(database, academy, person, **rest):
    with database.write() as db:
        accounts.close_account(db, academy.admin, person.user_id, reason="Asked", now=NOW, **rest)


def set_roles(database, academy, person, *roles):
    with database.write() as db:
        accounts.change_roles(
            db,
            academy.admin,
            person.user_id,
            roles=frozenset(roles),
            reason="Left",
            expected_version=version_of(roles_record(person.roles)),
            now=NOW,
        )


def work(database, *, now=NOW):
    while jobs.deliver_facts(database, ISSUER, now=now):
        pass


def states(database, academy):
    with database.read() as db:
        return [db.get_one(Seat, seat).state for seat in academy.seats]


def holders(database, day):
    with database.read() as db:
        return [seat.name for seat in practicals.roster(db, day).seats]


def mails_to(database, person):
    with database.read() as db:
        mails = db.scalars(
            select(OutboxEvent).where(OutboxEvent.name == "mail").order_by(OutboxEvent.id)
        )
        return [mail.payload for mail in mails if mail.payload["to"] == person.email]


def snapshot(database):
    with database.read() as db:
        counted = (Seat, WaitingEntry, Enrolment, AuditEvent, OutboxEvent, Notice)
        return [db.scalars(select(func.count()).select_from(table)).one() for table in counted]


ENDED = [SeatState.cancelled_by_admin] * 2
KEPT = [SeatState.confirmed] * 2


class TestACancelledCoursePlace:
    def test_ends_its_seats_and_the_next_move_up(self, database, academy):
        cancel_place(database, academy)
        work(database)
        assert states(database, academy) == ENDED
        assert holders(database, academy.first) == ["Freya"]
        assert holders(database, academy.second) == []
        with database.read() as db:
            assert db.get_one(WaitingEntry, academy.wait).state is WaitingState.fulfilled
            assert db.get_one(PracticalRow, academy.second).taken == 0
            assert practical_checks.broken(db, now=NOW) == ()

    def test_tells_everybody_once(self, database, academy):
        cancel_place(database, academy)
        work(database)
        place, ended = mails_to(database, academy.leila)
        assert place["template"] == "enrolments/cancelled"
        assert ended["template"] == "rights/ended"
        assert ended["values"]["cause"] == "place"
        assert len(ended["values"]["ended"]) == 2
        assert [(event["method"], event["sequence"]) for event in ended["calendar"]] == [
            ("CANCEL", 1)
        ] * 2
        assert {event["uid"] for event in ended["calendar"]} == {
            f"{seat}@practicals.preceptor" for seat in academy.seats
        }
        assert [event_mail["template"] for event_mail in mails_to(database, academy.freya)] == [
            "practicals/promoted"
        ]

    def test_leaves_its_acts_with_who_did_it(self, database, academy):
        cancel_place(database, academy)
        work(database)
        with database.read() as db:
            acts = db.execute(
                select(AuditEvent.actor_id, AuditEvent.person_id, AuditEvent.reason).where(
                    AuditEvent.action == "practicals.seat_ended"
                )
            ).all()
        assert (
            acts
            == [
                (academy.admin.user_id, academy.leila.user_id, "The place on the course has ended.")
            ]
            * 2
        )

    def test_a_fact_that_comes_twice_changes_nothing(self, database, academy):
        cancel_place(database, academy)
        work(database)
        before = snapshot(database)
        with database.write() as db:
            service.end_what_depended(
                db, SystemActor.worker, academy.leila.user_id, by=None, now=NOW
            )
        assert snapshot(database) == before

    def test_keeps_the_seats_of_somebody_with_another_place(self, database, academy):
        with database.write() as db:
            a_place(db, academy.leila, an_intake(db, "Spring"))
        cancel_place(database, academy)
        work(database)
        assert states(database, academy) == KEPT
        assert [mail["template"] for mail in mails_to(database, academy.leila)] == [
            "enrolments/cancelled"
        ]

    def test_a_place_that_came_back_in_time_keeps_them(self, database, academy):
        cancel_place(database, academy)
        with database.write() as db:
            a_place(db, academy.leila, an_intake(db, "Spring"))
        work(database)
        assert states(database, academy) == KEPT

    def test_ends_the_wait_of_who_waits(self, database, academy):
        with database.write() as db:
            waiter = a_waiter(db, academy.second, academy.freya.user_id)
            enrolment = db.scalars(
                select(Enrolment).where(Enrolment.user_id == academy.freya.user_id)
            ).one()
            db.get_one(IntakeRow, enrolment.intake_id).taken = 1
            db.flush()
            enrolments.cancel_place(db, academy.admin, enrolment.id, reason="Refunded", now=NOW)
        work(database)
        with database.read() as db:
            for entry in (academy.wait, waiter):
                assert db.get_one(WaitingEntry, entry).state is WaitingState.closed
        (ended,) = [
            mail for mail in mails_to(database, academy.freya) if mail["template"] == "rights/ended"
        ]
        assert len(ended["values"]["ended"]) == 2
        assert ended["calendar"] == []
        assert states(database, academy) == KEPT


@pytest.mark.parametrize("way", ["withdrawn", "intake cancelled"])
def test_every_other_end_of_a_confirmed_place_does_the_same(database, academy, way):
    with database.write() as db:
        if way == "withdrawn":
            db.get_one(IntakeRow, academy.intake).starts_on = NOW.date() + timedelta(days=30)
            db.flush()
            enrolments.withdraw(db, academy.leila, academy.enrolment, today=NOW.date(), now=NOW)
        else:
            enrolments.cancel_intake(db, academy.admin, academy.intake, reason="Ill", now=NOW)
    work(database)
    assert states(database, academy) == ENDED
    assert holders(database, academy.first) == ["Freya"]


def test_moving_to_another_intake_ends_what_was_kept_for_the_first(database, academy):
    with database.write() as db:
        db.execute(
            update(PracticalRow)
            .where(PracticalRow.id == academy.first)
            .values(intake_id=academy.intake)
        )
        a_place(db, academy.leila, an_intake(db, "Spring"))
    cancel_place(database, academy)
    work(database)
    assert states(database, academy) == [SeatState.cancelled_by_admin, SeatState.confirmed]


class TestWhatIsEvidenceStays:
    def test_a_day_that_has_begun(self, database, academy):
        cancel_place(database, academy)
        work(database, now=STARTS)
        assert states(database, academy) == [SeatState.confirmed, SeatState.cancelled_by_admin]

    def test_somebody_present_before_the_start(self, database, academy):
        with database.write() as db:
            db.execute(
                update(Seat)
                .where(Seat.id == academy.seats[0])
                .values(attendance=Attendance.attended)
            )
        cancel_place(database, academy)
        work(database)
        assert states(database, academy) == [SeatState.confirmed, SeatState.cancelled_by_admin]
        with database.read() as db:
            assert practical_checks.broken(db, now=NOW) == ()


class TestAnOverriddenSeat:
    @pytest.fixture
    def guest(self, database, academy):
        """A person without a place on the course, for whom an admin reserved a seat with an
        override."""
        with database.write() as db:
            guest = a_user(db, "Guest")
            day = a_practical(db, capacity=2)
            seat = seats.reserve_seat(
                db, academy.admin, day, guest.user_id, reason="Observer", override=True, now=NOW
            )
            return guest, seat

    def test_is_kept_and_is_no_finding(self, database, academy, guest):
        person, seat = guest
        with database.write() as db:
            assert db.get_one(Seat, seat).waived == "no_place"
            service.end_what_depended(db, SystemActor.worker, person.user_id, by=None, now=NOW)
        with database.read() as db:
            assert db.get_one(Seat, seat).state is SeatState.confirmed
            assert practical_checks.broken(db, now=NOW) == ()

    def test_ends_with_the_account(self, database, academy, guest):
        person, seat = guest
        close(database, academy, person)
        work(database)
        with database.read() as db:
            assert db.get_one(Seat, seat).state is SeatState.cancelled_by_admin


class TestAClosedAccount:
    def test_ends_what_it_held_with_one_last_mail(self, database, academy):
        close(database, academy, academy.leila)
        work(database)
        assert states(database, academy) == ENDED
        assert holders(database, academy.first) == ["Freya"]
        (last,) = mails_to(database, academy.leila)
        assert (last["template"], last["values"]["cause"]) == ("rights/ended", "account")
        assert len(last["values"]["ended"]) == 3
        with database.read() as db:
            row = db.get_one(Enrolment, academy.enrolment)
            assert (row.state, row.reason) == (EnrolmentState.cancelled, "The account was closed.")
            assert db.get_one(IntakeRow, academy.intake).taken == 0

    def test_keeps_its_course_place_when_the_admin_says_so(self, database, academy):
        close(database, academy, academy.leila, ends_places=False)
        work(database)
        assert states(database, academy) == ENDED
        with database.read() as db:
            assert db.get_one(Enrolment, academy.enrolment).state is EnrolmentState.confirmed

    def test_a_place_in_an_intake_that_is_over_stays_as_its_record(self, database, academy):
        with database.write() as db:
            intake = db.get_one(IntakeRow, academy.intake)
            intake.starts_on = NOW.date() - timedelta(days=60)
            intake.closes_at = NOW - timedelta(days=70)
        close(database, academy, academy.leila)
        work(database)
        with database.read() as db:
            assert db.get_one(Enrolment, academy.enrolment).state is EnrolmentState.confirmed

    def test_the_first_who_waits_for_the_intake_is_next(self, database, academy):
        with database.write() as db:
            intake = db.get_one(IntakeRow, academy.intake)
            intake.places = 1
            waiter = a_user(db, "Wanda Waits")
            row = Enrolment(
                **{
                    column: getattr(db.get_one(Enrolment, academy.enrolment), column)
                    for column in ("intake_id", "course_key", "requested_at")
                },
                id=enrolments.new_uuid(),
                user_id=waiter.user_id,
                state=EnrolmentState.waiting,
                waiting_number=1,
            )
            db.add(row)
            waiting_id = row.id
        close(database, academy, academy.leila)
        work(database)
        with database.read() as db:
            assert db.get_one(Enrolment, waiting_id).state is EnrolmentState.requested

    def test_gets_no_further_mail(self, database, academy):
        close(database, academy, academy.leila, ends_places=False)
        work(database)
        with database.write() as db:
            enrolments.cancel_place(
                db, academy.admin, academy.enrolment, reason="Refunded", now=NOW
            )
        work(database)
        assert [mail["template"] for mail in mails_to(database, academy.leila)] == ["rights/ended"]

    def test_of_an_instructor_leaves_the_days_to_others(self, database, academy):
        close(database, academy, academy.teacher)
        work(database)
        with database.read() as db:
            assert db.scalars(select(PracticalInstructor)).all() == []
            assert {day.practical_id for day in without_instructor(db, now=NOW)} == {
                academy.first,
                academy.second,
            }
        (mail,) = mails_to(database, academy.teacher)
        assert len(mail["values"]["ended"]) == 2


class TestALostRole:
    def test_of_a_student_ends_seats_and_waits(self, database, academy):
        set_roles(database, academy, academy.leila, Role.instructor)
        work(database)
        assert states(database, academy) == ENDED
        (mail,) = mails_to(database, academy.leila)
        assert mail["values"]["cause"] == "student"

    def test_of_an_instructor_ends_the_assignments(self, database, academy):
        set_roles(database, academy, academy.teacher, Role.admin)
        work(database)
        with database.read() as db:
            assert db.scalars(select(PracticalInstructor)).all() == []
        (mail,) = mails_to(database, academy.teacher)
        assert mail["values"]["cause"] == "instructor"
        assert {entry["method"] for entry in mail["calendar"]} == {"CANCEL"}
        assert len({entry["uid"] for entry in mail["calendar"]}) == len(mail["values"]["ended"])

    def test_a_role_more_announces_nothing(self, database, academy):
        set_roles(database, academy, academy.leila, Role.student, Role.instructor)
        with database.read() as db:
            names = set(db.scalars(select(OutboxEvent.name)))
        assert "account.name_saved" in names
        assert "account.roles_lost" not in names

    def test_nobody_without_the_role_is_promoted(self, database, academy):
        with database.write() as db:
            db.execute(
                update(User)
                .where(User.id == academy.freya.user_id)
                .values(is_student=False, is_instructor=True)
            )
        cancel_place(database, academy)
        work(database)
        assert holders(database, academy.first) == []


class TestTheAudit:
    def test_names_each_thing_held_without_a_right(self, database, academy):
        with database.write() as db:
            db.execute(update(Enrolment).values(state=EnrolmentState.cancelled))
            db.execute(update(IntakeRow).values(taken=0))
            db.execute(
                update(User).where(User.id == academy.teacher.user_id).values(disabled_at=NOW)
            )
        with database.read() as db:
            findings = checks.broken_invariants(db, ISSUER.keys, now=NOW)
            left = queries.leftovers(db, now=NOW)
        expected = [
            *(f"Seat {seat}: its holder has no right to it any more." for seat in academy.seats),
            f"Waiting entry {academy.wait}: who waits has no right to it any more.",
            *(
                f"Practical {day}: person {academy.teacher.user_id} is to teach it, but is no "
                "instructor any more."
                for day in (academy.first, academy.second)
            ),
        ]
        assert sorted(findings) == sorted(expected)
        assert [(leftover.name, leftover.what) for leftover in left] == [
            ("Freya", "wait"),
            ("Ira Instructor", "assignment"),
            ("Ira Instructor", "assignment"),
            ("Leila", "seat"),
            ("Leila", "seat"),
        ]
        with database.write() as db:
            assert service.end_leftovers(db, academy.admin, now=NOW) == 3
        with database.read() as db:
            assert queries.leftovers(db, now=NOW) == ()
            assert practical_checks.broken(db, now=NOW) == ()

    def test_the_database_and_the_rule_say_the_same(self, database):
        """The audit's SQL and the pure rule of the use-case give the same result."""
        with database.write() as db:
            intake, other = an_intake(db, "Winter"), an_intake(db, "Spring")
            for number, (closed, student, place, bound, waived) in enumerate(
                product(
                    (False, True),
                    (True, False),
                    (None, intake, other),
                    (None, intake),
                    (None, "no_place", "role,other_intake", "role,no_place,other_intake"),
                )
            ):
                person = a_user(
                    db, f"Person {number}", disabled_at=NOW if closed else None, is_student=student
                )
                if place is not None:
                    a_place(db, person, place)
                the_theory(db, person, without=("skin", "needles"))
                day = a_practical(db, intake_id=bound)
                a_seat(db, day, person.user_id, waived=waived)
        with database.read() as db:
            in_sql = {lost.row_id for lost in without_right(db, now=NOW)}
            by_rule = set()
            for seat in db.scalars(select(Seat)):
                practical = read_practical(db, seat.practical_id)
                candidate = read_candidates(db, practical, [seat.user_id])[seat.user_id]
                if lost_right(practical, candidate.facts, waived=read_waived(seat.waived)):
                    by_rule.add(seat.id)
        assert 0 < len(by_rule) < 96
        assert in_sql == by_rule


@pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_a_place_that_is_booked_in_the_same_moment_ends_too(database):
    """The booking has read that the student has a place on the course, but its seat is not
    committed when the worker looks. SQLite has one writer, so there the two cannot overlap."""
    with database.write() as db:
        academy = Academy(db)
        later = timedelta(days=14)
        third = a_practical(
            db, starts_at=STARTS + later, ends_at=STARTS + later + timedelta(hours=7)
        )
    booked, may_commit = threading.Event(), threading.Event()

    def book():
        with database.write() as db:
            seats.book_seat(db, academy.leila, third, now=NOW)
            booked.set()
            assert may_commit.wait(SECONDS)

    with ThreadPoolExecutor(2) as threads:
        booking = threads.submit(book)
        assert booked.wait(SECONDS)
        cancel_place(database, academy)
        working = threads.submit(work, database)
        until_waiting(database, 1, working)
        may_commit.set()
        booking.result(SECONDS)
        working.result(SECONDS)
    with database.read() as db:
        fact = OutboxEvent.name == "enrolment.ended"
        assert "booked_meanwhile" in (db.scalar(select(OutboxEvent.last_error).where(fact)) or "")
    work(database, now=NOW + timedelta(minutes=1))
    assert states(database, academy) == ENDED
    assert holders(database, third) == []
    with database.read() as db:
        assert without_right(db, now=NOW) == ()
    letters = [mail["template"] for mail in mails_to(database, academy.leila)]
    assert letters.count("rights/ended") == 1
