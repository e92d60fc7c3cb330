"""Assessing on real databases: taking turns, never overwriting, signing once."""

from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import select, update

from app.assessments import checks, queries, service
from app.assessments.domain import Mark, Outcome
from app.assessments.errors import (
    AssessmentStartRefused,
    ChangedBeforeSigning,
    SignRefused,
    StaleComment,
    StaleMark,
)
from app.assessments.models import Assessment, StepMark
from app.audit.queries import acts_about
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import AssessmentId, PracticalId, SeatId, new_uuid
from app.outbox.models import OutboxEvent
from app.practicals.models import Attendance, PracticalInstructor, PracticalRow, Seat, SeatState
from tests.make import NOW
from tests.make.assessments import (
    STEPS,
    a_day,
    a_seat,
    a_signed_assessment,
    an_assessment,
    marked,
    signed,
)
from tests.make.lock_waits import until_waiting
from tests.make.people import a_user


def mark(db, day, assessment_id, key="hands", mark=Mark.done, note="", expected=0, actor=None):
    return service.mark_step(
        db,
        actor or day.instructor,
        assessment_id,
        key,
        mark,
        note,
        expected_revision=expected,
        now=NOW,
    )


class TestStarting:
    def test_recognising_somebody_records_their_attendance(self, database, day, assessment_id):
        """R-044: no grade before attendance."""
        with database.read() as db:
            seat = db.get(Seat, day.seat_id)
            assert seat.attendance is Attendance.attended
            row = db.get(Assessment, assessment_id)
            assert (row.number, row.identity_confirmed_at) == (1, NOW)
            assert "assessments.assessment_started" in {
                act.action for act in acts_about(db, day.student.user_id)
            }

    def test_an_open_sheet_is_gone_on_with(self, database, day, assessment_id):
        with database.write() as db:
            assert an_assessment(db, day) == assessment_id

    def test_nobody_starts_with_themselves(self, database, day):
        """R-045."""
        with database.write() as db:
            seat_id = a_seat(db, day.practical_id, day.instructor)
        with pytest.raises(Forbidden, match="yourself"), database.write() as db:
            service.start_assessment(db, day.instructor, day.practical_id, seat_id, now=NOW)

    def test_a_place_given_back_cannot_be_assessed(self, database, day):
        with database.write() as db:
            gone = a_seat(db, day.practical_id, a_user(db), state=SeatState.cancelled_by_student)
        with pytest.raises(AssessmentStartRefused), database.write() as db:
            service.start_assessment(db, day.instructor, day.practical_id, gone, now=NOW)
        with database.read() as db:
            assert db.get(Seat, gone).attendance is None

    def test_only_instructors_of_this_practical_may(self, database, day):
        with database.write() as db:
            other = a_user(db, "Otto Other", roles=("instructor",))
        for actor, practical_id, seat_id, kind in (
            (other, day.practical_id, day.seat_id, NotFound),
            (day.student, day.practical_id, day.seat_id, Forbidden),
            (day.instructor, PracticalId(new_uuid()), day.seat_id, NotFound),
            (day.instructor, day.practical_id, SeatId(new_uuid()), NotFound),
        ):
            with pytest.raises(kind), database.write() as db:
                service.start_assessment(db, actor, practical_id, seat_id, now=NOW)

    def test_two_tablets_that_start_at_once_share_one_sheet(self, database, day):
        barrier, sheets = Barrier(2), []

        def start():
            barrier.wait()
            with database.write() as db:
                sheets.append(an_assessment(db, day))

        threads = [Thread(target=start) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(sheets) == 2
        assert len(set(sheets)) == 1

    def test_two_practicals_at_once_never_share_a_number(self, database, day):
        """The second instructor waits for the first, and then gets the next number or is refused."""
        with database.write() as db:
            other = a_day(db, revision_id=day.revision_id, student=day.student)
        started, refused = Event(), []

        def start_second():
            started.wait()
            try:
                with database.write() as db:
                    an_assessment(db, other)
            except AssessmentStartRefused as error:
                refused.append(error)

        second = Thread(target=start_second)
        second.start()
        with database.write() as db:
            an_assessment(db, day)
            db.flush()
            started.set()
            until_waiting(database, 1)
        second.join()
        with database.read() as db:
            numbers = sorted(db.scalars(select(Assessment.number)))
        assert numbers == ([1] if refused else [1, 2])
        assert bool(refused) != database.is_sqlite

    def test_a_practical_without_a_checklist_cannot_be_assessed(self, database, day):
        with database.write() as db:
            db.execute(update(PracticalRow).values(kind_key="gone"))
        with pytest.raises(NotFound), database.write() as db:
            an_assessment(db, day)


class TestMarking:
    def test_marks_are_appended(self, database, day, assessment_id):
        with database.write() as db:
            assert mark(db, day, assessment_id) == 1
            assert mark(db, day, assessment_id, mark=Mark.not_done, expected=1) == 2
        with database.read() as db:
            marks_stored = db.scalars(select(StepMark).order_by(StepMark.revision)).all()
            assert [entry.mark for entry in marks_stored] == [Mark.done, Mark.not_done]
            assert queries.marks_of(db, assessment_id)["hands"].mark is Mark.not_done

    def test_a_stale_mark_is_refused_with_both_versions(self, database, day, assessment_id):
        with database.write() as db:
            second = a_user(db, "Ivo Instructor", roles=("instructor",))
            db.add(PracticalInstructor(practical_id=day.practical_id, user_id=second.user_id))
            mark(db, day, assessment_id, mark=Mark.prompted, note="Reminded", actor=second)
        with pytest.raises(StaleMark) as refused, database.write() as db:
            mark(db, day, assessment_id, mark=Mark.done, note="Fine")
        theirs = refused.value.theirs
        assert (theirs.mark, theirs.note, theirs.by) == (
            Mark.prompted,
            "Reminded",
            "Ivo Instructor",
        )
        assert (refused.value.mark, refused.value.note) == (Mark.done, "Fine")
        with database.read() as db:
            assert queries.marks_of(db, assessment_id)["hands"].revision == 1

    def test_a_revision_that_is_not_there_yet_is_stale_too(self, database, day, assessment_id):
        with pytest.raises(StaleMark) as refused, database.write() as db:
            mark(db, day, assessment_id, expected=3)
        assert refused.value.theirs.mark is None

    def test_the_same_mark_sent_again_is_no_conflict(self, database, day, assessment_id):
        with database.write() as db:
            assert mark(db, day, assessment_id) == 1
            assert mark(db, day, assessment_id) == 1
        with database.read() as db:
            assert len(db.scalars(select(StepMark)).all()) == 1

    def test_a_foreign_step_is_not_found(self, database, day, assessment_id):
        with pytest.raises(NotFound), database.write() as db:
            mark(db, day, assessment_id, key="no-such-step")

    def test_strangers_find_nothing(self, database, day, assessment_id):
        with database.write() as db:
            other = a_user(db, "Otto Other", roles=("instructor",))
        with pytest.raises(NotFound), database.write() as db:
            mark(db, day, assessment_id, actor=other)
        with pytest.raises(NotFound), database.write() as db:
            mark(db, day, AssessmentId(new_uuid()))
        with pytest.raises(NotFound), database.read() as db:
            queries.bedside_sheet(db, other, assessment_id)

    def test_an_instructor_who_is_the_student_may_not_mark(self, database, day, assessment_id):
        """R-045: also if the student became an instructor of the practical later."""
        with database.write() as db:
            db.add(PracticalInstructor(practical_id=day.practical_id, user_id=day.student.user_id))
            db.flush()
            both = a_user(db, "Both", roles=("student", "instructor"))
        actor = type(both)(day.student.user_id, "Both", both.roles, "b@example.org")
        with pytest.raises(Forbidden), database.write() as db:
            mark(db, day, assessment_id, actor=actor)
        with pytest.raises(NotFound), database.read() as db:
            queries.bedside_sheet(db, actor, assessment_id)

    def test_comments_have_revisions_too(self, database, day, assessment_id):
        def comment(words, expected):
            with database.write() as db:
                return service.save_comment(
                    db,
                    day.instructor,
                    assessment_id,
                    words,
                    expected_revision=expected,
                    now=NOW,
                )

        assert comment("Steady hands", 0) == 1
        assert comment("Steady hands", 0) == 1
        with pytest.raises(StaleComment) as refused:
            comment("Something else", 0)
        assert (refused.value.theirs, refused.value.yours) == ("Steady hands", "Something else")
        assert comment("Something else", 1) == 2


class TestSigning:
    def test_unmarked_steps_block_the_signature(self, database, day, assessment_id):
        with database.write() as db:
            mark(db, day, assessment_id)
        with pytest.raises(SignRefused, match="not marked"), database.write() as db:
            signed(db, day, assessment_id)

    def test_a_signature_fixes_the_outcome_and_tells_the_student(
        self, database, day, assessment_id
    ):
        with database.write() as db:
            marked(db, day, assessment_id, identity=Mark.not_done)
            signed(db, day, assessment_id)
        with database.read() as db:
            row = db.get(Assessment, assessment_id)
            assert (row.outcome, row.earned, row.possible, row.signed_at) == (
                Outcome.not_yet_competent,
                6,
                8,
                NOW,
            )
            events = {event.name: event.payload for event in db.scalars(select(OutboxEvent))}
        assert events["assessment.signed"] == {
            "version": 1,
            "user_id": str(day.student.user_id),
            "course_key": "small-course",
            "assessment_id": str(assessment_id),
            "outcome": "not_yet_competent",
        }
        assert events["mail"]["to"] == day.student.email

    def test_nothing_changes_after_it(self, database, day):
        with database.write() as db:
            done = a_signed_assessment(db, day)
        with pytest.raises(SignRefused), database.write() as db:
            mark(db, day, done, mark=Mark.not_done, expected=1)
        with pytest.raises(SignRefused), database.write() as db:
            service.save_comment(db, day.instructor, done, "Late", expected_revision=0, now=NOW)
        with pytest.raises(SignRefused), database.write() as db:
            signed(db, day, done)

    def test_only_what_was_shown_is_signed(self, database, day, assessment_id):
        with database.write() as db:
            marked(db, day, assessment_id)
            seen = queries.bedside_sheet(db, day.instructor, assessment_id).version
            mark(db, day, assessment_id, mark=Mark.not_done, expected=1)
        with pytest.raises(ChangedBeforeSigning), database.write() as db:
            service.sign_assessment(
                db, day.instructor, assessment_id, expected_version=seen, now=NOW
            )

    def test_a_second_try_keeps_the_first(self, database, day):
        with database.write() as db:
            first = a_signed_assessment(db, day, identity=Mark.not_done)
        with database.write() as db:
            second = a_signed_assessment(db, day)
        with database.read() as db:
            tries = db.scalars(select(Assessment).order_by(Assessment.number)).all()
            assert [(row.id, row.number, row.outcome) for row in tries] == [
                (first, 1, Outcome.not_yet_competent),
                (second, 2, Outcome.competent),
            ]
            reports = queries.reports_of(db, day.student.user_id)
            assert {report.number for report in reports} == {1, 2}
            competent = queries.competent_of(db, day.student.user_id, "small-course")
            assert [assessment.assessment_id for assessment in competent] == [second]
            assert (
                str(queries.standings_on(db, [day.practical_id])[day.seat_id].words) == "Competent"
            )


def test_unsigned_sheets_are_on_the_instructors_list(database, day, assessment_id):
    with database.read() as db:
        (open_one,) = queries.unsigned_of(db, day.instructor.user_id)
        assert (open_one.assessment_id, open_one.student_name) == (assessment_id, "Sam Student")
        assert queries.unsigned_of(db, day.student.user_id) == ()
        assert queries.reports_of(db, day.student.user_id) == ()
        words = queries.standings_on(db, [day.practical_id])[day.seat_id].words
        assert str(words) == "Being assessed"


class TestChecks:
    def test_what_the_use_cases_write_is_sound(self, database, day, assessment_id):
        with database.write() as db:
            a_signed_assessment(db, day)
        with database.read() as db:
            assert checks.problems(db, now=NOW) == []

    def test_every_broken_invariant_is_found(self, database, day):
        with database.write() as db:
            done = a_signed_assessment(db, day)
        with database.write() as db:
            db.execute(update(Assessment).values(earned=0))
        with database.read() as db:
            assert "its outcome is not what its marks give" in checks.problems(db, now=NOW)[0]
        with database.write() as db:
            db.execute(
                update(StepMark).where(StepMark.step_key == STEPS[0]).values(step_key="ghost")
            )
        with database.read() as db:
            foreign, unmarked = checks.problems(db, now=NOW)
            assert "ghost" in foreign
            assert "signed without a mark of identity" in unmarked
        with database.write() as db:
            db.execute(update(Assessment).values(checklist_key="gone"))
        with database.read() as db:
            assert checks.problems(db, now=NOW) == [f"Assessment {done}: its revision has no gone."]
