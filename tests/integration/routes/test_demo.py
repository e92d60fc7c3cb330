"""The demo academy has what a newcomer is promised: somebody at every stage, days of every kind."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app import checks
from app.accounts.models import Group, GroupMember, User
from app.accounts.passwords import matches
from app.assessments.models import Assessment, StepMark
from app.certificates.models import Certificate, CertificateBlock
from app.courses import service as courses
from app.courses.domain.parsing import parse_course
from app.courses.source_folder import read_folder
from app.db.database import Database
from app.db.migrate import upgrade
from app.demo.academy import fill_if_empty
from app.demo.people import ADMINS, INSTRUCTORS, PASSWORD, STUDENTS, StudentStage
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.actor import SystemActor
from app.kit.paths import COURSES
from app.learning.models import Completion
from app.outbox.models import OutboxEvent
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.quizzes.models import AttemptRow
from tests.make import NOW
from tests.make.keys import ISSUER, sealing_keys

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def db(academy_database):
    with academy_database.read() as opened:
        yield opened


def counted(db, column, *which) -> Counter[str]:
    """Return how many rows have each value of a column."""
    rows = db.execute(select(column, func.count()).where(*which).group_by(column))
    return Counter({str(value): count for value, count in rows})


def emails(db, *which) -> set[str]:
    return set(db.scalars(select(User.email).where(*which)))


class TestPeople:
    def test_sixty_students_four_instructors_two_admins(self, db):
        assert emails(db, User.is_student) == {person.email for person in STUDENTS}
        assert emails(db, User.is_instructor) == {person.email for person in INSTRUCTORS}
        assert emails(db, User.is_admin) == {person.email for person in ADMINS}
        assert (len(STUDENTS), len(INSTRUCTORS), len(ADMINS)) == (60, 4, 2)
        assert len({person.email for person in (*STUDENTS, *INSTRUCTORS, *ADMINS)}) == 66

    def test_somebody_stands_at_every_stage(self, db):
        assert {person.stage for person in STUDENTS} == set(StudentStage)
        stages = Counter(person.stage for person in STUDENTS)
        places = counted(db, Enrolment.state)
        running = sum(count for stage, count in stages.items() if stage >= StudentStage.idle)
        assert places["confirmed"] == running + stages[StudentStage.confirmed]
        assert places["requested"] == stages[StudentStage.requested]
        assert places["waiting"] == stages[StudentStage.waiting]
        assert places["declined"] == places["cancelled"] == 1
        learners = db.scalar(select(func.count(Completion.user_id.distinct())))
        assert learners == sum(
            count for stage, count in stages.items() if stage >= StudentStage.learning
        )
        finished = db.scalars(
            select(Completion.user_id).where(Completion.item_key == "final-theory-test")
        ).all()
        assert len(finished) == stages[StudentStage.theory] + stages[StudentStage.graduate]

    def test_the_password_is_everybodys_but_for_who_was_only_invited(self, db):
        (without,) = emails(db, User.password_hash.is_(None))
        assert without.startswith("anjali")
        (hashed,) = set(db.scalars(select(User.password_hash).where(User.is_student))) - {None}
        assert matches(hashed, PASSWORD)

    def test_one_has_registered_and_not_confirmed(self, db):
        waiting = emails(db, User.confirmed_at.is_(None), User.password_hash.is_not(None))
        assert {
            person.email for person in STUDENTS if person.stage is StudentStage.unconfirmed
        } == waiting

    def test_names_are_long_and_of_many_alphabets_and_needs_are_told(self, db):
        names = list(db.scalars(select(User.name).where(User.is_student)))
        assert max(map(len, names)) > 45
        assert any(not name.isascii() for name in names)
        needs = db.scalar(select(func.count()).where(User.access_needs_sealed.is_not(None)))
        assert needs >= 5

    def test_every_learner_is_in_a_group_with_instructors(self, db):
        members = counted(db, GroupMember.role)
        assert members["student"] == sum(person.stage >= StudentStage.idle for person in STUDENTS)
        assert members["instructor"] == 4
        assert db.scalar(select(func.count()).select_from(Group)) == 2


class TestLearning:
    def test_attempts_fail_pass_and_are_under_way(self, db):
        results = counted(db, AttemptRow.passed)
        assert results["True"] > 100
        assert results["False"] >= 8
        (open_one,) = db.scalars(select(AttemptRow).where(AttemptRow.submitted_at.is_(None)))
        assert NOW - open_one.started_at == timedelta(minutes=25)

    def test_somebody_has_used_up_all_attempts(self, db):
        failed = (
            select(AttemptRow.user_id)
            .where(AttemptRow.passed.is_(False))
            .group_by(AttemptRow.user_id, AttemptRow.quiz_key)
            .having(func.count() == 3)
        )
        assert emails(db, User.id.in_(failed)) == {"paolo.benedetti@demo.preceptor.example"}

    def test_somebody_stopped_learning_weeks_ago(self, db):
        rows = db.execute(
            select(User.name, func.max(Completion.completed_at))
            .join(Completion, Completion.user_id == User.id)
            .group_by(User.name)
        )
        last = dict(rows.all())
        quiet = [
            person.name
            for person in STUDENTS
            if NOW - last.get(person.name, NOW) > timedelta(days=21)
        ]
        assert {"Aurelio Mastrangelo", "Ioana Vlaicu", "Orla Fitzmaurice"} <= set(quiet)
        lately = [name for name, at in last.items() if NOW - at < timedelta(days=3)]
        assert len(lately) >= 10


class TestIntakes:
    def test_one_runs_one_is_coming_and_one_is_full(self, db):
        running, coming, small = db.scalars(select(IntakeRow).order_by(IntakeRow.created_at))
        today = NOW.astimezone(LONDON).date()
        assert running.starts_on < today < coming.starts_on < small.starts_on
        assert running.taken < running.places
        assert 0 < coming.taken < coming.places
        assert small.taken == small.places
        assert f"{running.starts_on:%B %Y}" in running.title
        waiting = db.scalars(select(Enrolment.intake_id).where(Enrolment.state == "waiting")).all()
        assert set(waiting) == {small.id}

    def test_invoices_are_paid_and_unpaid(self, db):
        invoiced = (Enrolment.invoice_number.is_not(None), Enrolment.state == "confirmed")
        paid = db.scalar(select(func.count()).where(*invoiced, Enrolment.paid_at.is_not(None)))
        open_ones = db.scalar(select(func.count()).where(*invoiced, Enrolment.paid_at.is_(None)))
        assert paid > 30
        assert 2 <= open_ones <= 10


class TestPracticalDays:
    def days(self, db) -> dict[int, PracticalRow]:
        today = NOW.astimezone(LONDON).date()
        return {
            (practical.starts_at.astimezone(LONDON).date() - today).days: practical
            for practical in db.scalars(select(PracticalRow))
        }

    def test_days_of_every_kind_stand_round_today(self, db):
        days = self.days(db)
        assert len(days) >= 10
        assert {0, 1} < set(days)
        assert sum(day < 0 for day in days) >= 3
        published = {
            day: practical for day, practical in days.items() if practical.status == "published"
        }
        full = [
            day
            for day, practical in published.items()
            if day > 0 and practical.taken == practical.capacity
        ]
        assert full == [8]
        waiting = select(func.count()).where(WaitingEntry.practical_id == days[8].id)
        assert db.scalar(waiting) == 3
        nearly = [
            day
            for day, practical in published.items()
            if practical.capacity - practical.taken == 1 and day > 0
        ]
        assert nearly == [15]
        states = Counter(str(practical.status) for practical in days.values())
        assert states == {"published": len(days) - 2, "cancelled": 1, "draft": 1}
        assert [
            day for day, practical in published.items() if practical.booking_opens_at > NOW
        ] == [36]

    def test_every_starting_hour_is_ten_in_london(self, db):
        starts = {
            practical.starts_at.astimezone(LONDON).hour
            for practical in db.scalars(select(PracticalRow))
        }
        assert starts == {10}

    def test_who_was_there_is_noted_on_past_days_only(self, db):
        days = self.days(db)
        seats = db.scalars(select(Seat).where(Seat.state == "confirmed")).all()
        past = {practical.id for day, practical in days.items() if day < 0}
        assert all((seat.attendance is not None) == (seat.practical_id in past) for seat in seats)
        assert {"attended", "absent"} <= {str(seat.attendance) for seat in seats}

    def test_assessments_are_signed_both_ways_and_one_is_left_open(self, db):
        outcomes = counted(db, Assessment.outcome)
        assert outcomes["competent"] >= 6
        assert outcomes["not_yet_competent"] >= 2
        (begun,) = db.scalars(select(Assessment).where(Assessment.signed_at.is_(None)))
        marked = select(func.count()).where(StepMark.assessment_id == begun.id)
        steps = 31
        assert db.scalar(marked) == steps - 3
        student = db.get(User, begun.student_id)
        instructor = db.get(User, begun.instructor_id)
        assert (student.name, instructor.name) == ("Nora Whitcombe", INSTRUCTORS[0].name)
        assert begun.practical_id == self.days(db)[-1].id

    def test_a_second_try_succeeded(self, db):
        tries = counted(db, Assessment.student_id)
        (again,) = [student for student, count in tries.items() if count == 2]
        both = [
            assessment
            for assessment in db.scalars(select(Assessment))
            if str(assessment.student_id) == again
        ]
        assert [
            str(assessment.outcome)
            for assessment in sorted(both, key=lambda assessment: assessment.number)
        ] == [
            "not_yet_competent",
            "competent",
        ]


class TestCertificates:
    def test_some_are_valid_one_is_revoked_and_one_waits(self, db):
        rows = db.scalars(select(Certificate)).all()
        revoked = [row.holder_name for row in rows if row.revoked_at is not None]
        assert revoked == ["Marcus Adeyemi"]
        graduates = {person.name for person in STUDENTS if person.stage is StudentStage.graduate}
        assert {row.holder_name for row in rows} == graduates
        (blocked,) = db.scalars(select(CertificateBlock))
        assert db.get(User, blocked.user_id).certificate_name == "ꦫꦫꦱ꧀"


class TestTime:
    def test_the_audit_finds_nothing(self, db):
        assert checks.broken_invariants(db, ISSUER.keys, now=NOW) == []

    def test_nothing_has_happened_in_the_future(self, db):
        for moment in (
            User.created_at,
            Enrolment.requested_at,
            Enrolment.decided_at,
            Enrolment.paid_at,
            Completion.completed_at,
            AttemptRow.started_at,
            Seat.booked_at,
            Assessment.signed_at,
            Certificate.issued_at,
            OutboxEvent.created_at,
        ):
            assert db.scalar(select(func.max(moment))) <= NOW, moment

    def test_people_act_in_the_right_order(self, db):
        """An account, then a request, then a place, then the first lesson, then a booking."""
        for name, joined, requested, decided, learned in db.execute(
            select(
                User.name,
                User.created_at,
                Enrolment.requested_at,
                Enrolment.decided_at,
                func.min(Completion.completed_at),
            )
            .join(Enrolment, Enrolment.user_id == User.id)
            .join(Completion, Completion.user_id == User.id)
            .where(Enrolment.state == "confirmed")
            .group_by(User.id, Enrolment.id)
        ):
            assert joined < requested < decided < learned, name

    def test_mails_wait_for_the_worker_and_facts_do_not(self, db):
        waiting = counted(db, OutboxEvent.name, OutboxEvent.done_at.is_(None))
        assert set(waiting) == {"mail"}
        assert waiting["mail"] > 100

    def test_it_is_made_once(self, academy_database):
        assert not fill_if_empty(
            academy_database, ISSUER, sealing_keys(), now=NOW + timedelta(days=3)
        )


@pytest.mark.deep
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2027, 3, 28, 0, 10, tzinfo=UTC),  # the night in which the clocks go forward
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # the hour that comes twice
        datetime(2028, 2, 29, 23, 55, tzinfo=UTC),
    ],
)
def test_it_can_be_made_at_any_hour(tmp_path, moment):
    database = Database(f"sqlite:///{tmp_path / 'academy.db'}")
    upgrade(database)
    with database.write() as db:
        courses.publish(
            db,
            SystemActor.command_line,
            parse_course("mesotherapy", read_folder(COURSES / "mesotherapy")),
            now=moment,
        )
    assert fill_if_empty(database, ISSUER, sealing_keys(), now=moment)
    with database.read() as db:
        assert checks.broken_invariants(db, ISSUER.keys, now=moment) == []
    database.close()
