"""Ending an assessment early on real databases: stopped for safety, taken back, discarded."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.assessments import checks, pending, queries, service
from app.assessments.domain import Mark, Outcome
from app.assessments.errors import (
    DiscardRefused,
    MarkRefused,
    OtherPerson,
    SignRefused,
    StaleMark,
    StopRefused,
)
from app.assessments.models import Assessment, StepMark
from app.audit.queries import acts_about
from app.kit.actor import Role
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.ids import EventId, UserId, new_uuid
from app.kit.messages import msg
from app.practicals.models import PracticalInstructor
from tests.make import NOW
from tests.make.assessments import a_signed_assessment, an_assessment, marked, signed
from tests.make.people import a_user


def mark(database, day, assessment_id, key, mark, note="", expected=0, **more):
    with database.write() as db:
        return service.mark_step(
            db,
            more.pop("actor", day.instructor),
            assessment_id,
            key,
            mark,
            note,
            expected_revision=expected,
            now=NOW,
            **more,
        )


def stop(database, day, assessment_id, key="identity", note="Wrong name said."):
    with database.write() as db:
        service.stop_assessment(db, day.instructor, assessment_id, key, note, now=NOW)


def discard(database, actor, assessment_id, reason="Opened for the wrong person."):
    with database.write() as db:
        service.discard_assessment(db, actor, assessment_id, reason, now=NOW)


def on_record(database, assessment_id):
    with database.read() as db:
        return {k: (m.mark, m.note) for k, m in queries.marks_of(db, assessment_id).items()}


def rows(database):
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(StepMark))


def acts(database, day):
    with database.read() as db:
        return [act.action for act in acts_about(db, day.student.user_id)]


class TestStopping:
    def test_a_failed_critical_step_needs_no_invented_marks(self, database, day, assessment_id):
        """T2: critical step 1 not done, stop, sign: not yet competent, the rest not observed."""
        mark(database, day, assessment_id, "identity", Mark.not_done)
        stop(database, day, assessment_id)
        assert on_record(database, assessment_id) == {
            "identity": (Mark.not_done, "Wrong name said."),
            **dict.fromkeys(("hands", "sharps", "aftercare"), (Mark.not_observed, "")),
        }
        with database.write() as db:
            signed(db, day, assessment_id)
        with database.read() as db:
            row = db.get(Assessment, assessment_id)
            assert (row.outcome, row.earned) == (Outcome.not_yet_competent, 0)
            sheet = queries.report(db, day.student, assessment_id)
            assert (
                str(sheet.result.headline)
                == "Not yet competent. The assessment was stopped for safety."
            )
            assert checks.problems(db, now=NOW) == []
        assert "assessments.assessment_stopped" in acts(database, day)

    def test_a_stop_at_a_step_that_nobody_marked(self, database, day, assessment_id):
        for key in ("identity", "hands", "aftercare"):
            mark(database, day, assessment_id, key, Mark.done)
        stop(database, day, assessment_id, "sharps", "The model felt faint.")
        assert on_record(database, assessment_id)["sharps"] == (
            Mark.not_observed,
            "The model felt faint.",
        )
        with database.write() as db:
            signed(db, day, assessment_id)
        with database.read() as db:
            assert db.get(Assessment, assessment_id).outcome is Outcome.not_yet_competent

    def test_the_same_stop_sent_twice_changes_nothing(self, database, day, assessment_id):
        stop(database, day, assessment_id)
        before = rows(database)
        stop(database, day, assessment_id)
        assert rows(database) == before

    def test_a_stop_needs_a_note(self, database, day, assessment_id):
        with pytest.raises(Invalid) as refused:
            stop(database, day, assessment_id, note="")
        assert refused.value.fields == {"note": msg("Write what happened at this step.")}
        assert rows(database) == 0
        with database.read() as db:
            assert db.get(Assessment, assessment_id).stopped_step is None

    def test_nothing_is_left_to_stop_when_every_step_is_marked(self, database, day, assessment_id):
        with database.write() as db:
            marked(db, day, assessment_id)
        before = rows(database)
        with pytest.raises(StopRefused, match="Check and sign"):
            stop(database, day, assessment_id)
        assert rows(database) == before

    def test_a_step_of_another_checklist_is_not_found(self, database, day, assessment_id):
        with pytest.raises(NotFound):
            stop(database, day, assessment_id, "no-such-step")

    def test_the_note_of_the_stop_stays(self, database, day, assessment_id):
        stop(database, day, assessment_id)
        with pytest.raises(MarkRefused, match="its note is needed"):
            mark(database, day, assessment_id, "identity", Mark.not_done, "", expected=1)

    def test_a_stop_is_taken_back(self, database, day, assessment_id):
        mark(database, day, assessment_id, "identity", Mark.not_done)
        stop(database, day, assessment_id)
        with database.write() as db:
            service.resume_assessment(db, day.instructor, assessment_id, now=NOW)
        with database.read() as db:
            sheet = queries.bedside_sheet(db, day.instructor, assessment_id)
            assert (sheet.marked, sheet.stopped_step, sheet.result.stopped) == (1, None, False)
        with pytest.raises(SignRefused), database.write() as db:
            signed(db, day, assessment_id)
        assert acts(database, day).count("assessments.assessment_resumed") == 1

    @pytest.mark.parametrize("meant", [Mark.done, Mark.not_done, Mark.unmarked])
    def test_a_step_that_was_not_observed_is_marked_after_going_on(
        self, database, day, assessment_id, meant
    ):
        """Marked one by one, the last of them would make a stopped assessment competent."""
        for key in ("identity", "hands", "sharps"):
            mark(database, day, assessment_id, key, Mark.done)
        stop(database, day, assessment_id, "identity", "The model felt faint.")
        before = rows(database)
        with pytest.raises(MarkRefused, match="stopped"):
            mark(database, day, assessment_id, "aftercare", meant, expected=1)
        assert on_record(database, assessment_id)["aftercare"] == (Mark.not_observed, "")
        assert rows(database) == before
        mark(database, day, assessment_id, "aftercare", Mark.not_observed, "Not reached.", 1)
        mark(database, day, assessment_id, "hands", Mark.prompted, expected=1)
        with database.write() as db:
            signed(db, day, assessment_id)
        with database.read() as db:
            assert db.get_one(Assessment, assessment_id).outcome is Outcome.not_yet_competent

    def test_nobody_marks_a_step_as_not_observed_by_hand(self, database, day, assessment_id):
        with pytest.raises(MarkRefused):
            mark(database, day, assessment_id, "hands", Mark.not_observed)
        assert rows(database) == 0


class TestTakingBack:
    def test_a_step_is_unmarked_and_its_history_stays(self, database, day, assessment_id):
        """T22."""
        mark(database, day, assessment_id, "hands", Mark.done)
        assert mark(database, day, assessment_id, "hands", Mark.unmarked, expected=1) == 2
        with database.read() as db:
            sheet = queries.bedside_sheet(db, day.instructor, assessment_id)
            view = next(v for s in sheet.sections for v in s.steps if v.step.key == "hands")
            assert (view.mark, view.revision, sheet.marked) == (None, 2, 0)
        assert rows(database) == 2
        assert mark(database, day, assessment_id, "hands", Mark.prompted, expected=2) == 3

    def test_an_unmarked_step_does_not_sign(self, database, day, assessment_id):
        with database.write() as db:
            marked(db, day, assessment_id)
        mark(database, day, assessment_id, "hands", Mark.unmarked, expected=1)
        with pytest.raises(SignRefused), database.write() as db:
            signed(db, day, assessment_id)

    def test_a_note_without_a_mark_is_recorded(self, database, day, assessment_id):
        assert mark(database, day, assessment_id, "hands", Mark.unmarked, "Slow start.") == 1
        assert mark(database, day, assessment_id, "sharps", Mark.unmarked) == 0
        assert on_record(database, assessment_id) == {"hands": (Mark.unmarked, "Slow start.")}


class TestIdsOfMarks:
    def test_a_mark_sent_again_changes_nothing(self, database, day, assessment_id):
        """When the server's answer was lost, the device sends the same id again, and then a later
        mark."""
        first, second = EventId(new_uuid()), EventId(new_uuid())
        assert mark(database, day, assessment_id, "hands", Mark.done, mark_id=first) == 1
        assert mark(database, day, assessment_id, "hands", Mark.done, mark_id=first) == 1
        mark(database, day, assessment_id, "hands", Mark.not_done, expected=1, mark_id=second)
        assert mark(database, day, assessment_id, "hands", Mark.done, mark_id=first) == 2
        assert on_record(database, assessment_id)["hands"] == (Mark.not_done, "")
        assert rows(database) == 2

    def test_another_tablets_newer_mark_is_a_conflict(self, database, day, assessment_id):
        first = EventId(new_uuid())
        mark(database, day, assessment_id, "hands", Mark.done, mark_id=first)
        with database.write() as db:
            other = a_colleague(db, day)
        mark(database, day, assessment_id, "hands", Mark.not_done, expected=1, actor=other)
        with pytest.raises(StaleMark):
            mark(database, day, assessment_id, "hands", Mark.done, mark_id=first)
        assert rows(database) == 2

    def test_an_id_belongs_to_one_step(self, database, day, assessment_id):
        first = EventId(new_uuid())
        mark(database, day, assessment_id, "hands", Mark.done, mark_id=first)
        mark(database, day, assessment_id, "sharps", Mark.done)
        with pytest.raises(MarkRefused, match="another step"):
            mark(database, day, assessment_id, "sharps", Mark.not_done, expected=1, mark_id=first)
        with pytest.raises(MarkRefused, match="another step"):
            mark(database, day, assessment_id, "identity", Mark.not_done, mark_id=first)
        assert rows(database) == 2

    @pytest.mark.parametrize(
        ("meant", "note"), [(Mark.not_done, ""), (Mark.unmarked, ""), (Mark.done, "Gloves torn.")]
    )
    def test_an_id_belongs_to_one_mark(self, database, day, assessment_id, meant, note):
        """A mark that is not on record must never be answered as saved."""
        first = EventId(new_uuid())
        mark(database, day, assessment_id, "hands", Mark.done, mark_id=first)
        with pytest.raises(MarkRefused, match="another mark"):
            mark(database, day, assessment_id, "hands", meant, note, 1, mark_id=first)
        assert on_record(database, assessment_id)["hands"] == (Mark.done, "")
        assert rows(database) == 1

    def test_an_id_belongs_to_one_person(self, database, day, assessment_id):
        first = EventId(new_uuid())
        mark(database, day, assessment_id, "hands", Mark.done, mark_id=first)
        with database.write() as db:
            other = a_colleague(db, day)
        mark(database, day, assessment_id, "hands", Mark.not_done, expected=1, actor=other)
        with pytest.raises(MarkRefused, match="another mark"):
            mark(database, day, assessment_id, "hands", Mark.done, mark_id=first, actor=other)
        assert rows(database) == 2

    def test_marks_of_one_person_are_not_sent_by_another(self, database, day, assessment_id):
        with pytest.raises(OtherPerson):
            mark(database, day, assessment_id, "hands", Mark.done, person_id=UserId(new_uuid()))
        assert rows(database) == 0
        mark(database, day, assessment_id, "hands", Mark.done, person_id=day.instructor.user_id)
        with pytest.raises(OtherPerson), database.write() as db:
            service.save_comment(
                db,
                day.instructor,
                assessment_id,
                "Steady.",
                expected_revision=0,
                now=NOW,
                person_id=day.student.user_id,
            )


def a_colleague(db, day):
    """Another instructor of the same practical."""
    other = a_user(db, "Otto Other", roles=("instructor",))
    db.add(PracticalInstructor(practical_id=day.practical_id, user_id=other.user_id))
    db.flush()
    return other


class TestDiscarding:
    def test_a_sheet_opened_by_mistake_is_no_longer_open(self, database, day, assessment_id):
        """T23: its marks stay as evidence, and the next one is try 1 again."""
        mark(database, day, assessment_id, "hands", Mark.done)
        discard(database, day.instructor, assessment_id)
        with database.read() as db:
            assert queries.unsigned_of(db, day.instructor.user_id) == ()
            assert queries.standings_on(db, [day.practical_id]) == {}
            assert pending.unsigned_after(db, before=NOW + timedelta(days=2)) == ()
            assert checks.problems(db, now=NOW) == []
        assert rows(database) == 1
        with database.write() as db:
            again = an_assessment(db, day)
        assert again != assessment_id
        with database.read() as db:
            assert db.get(Assessment, again).number == 1
        discard(database, day.instructor, again)
        with database.write() as db:
            an_assessment(db, day)
        with database.read() as db:
            numbers = sorted(db.scalars(select(Assessment.number)))
        assert numbers == [-2, -1, 1]
        assert "assessments.assessment_discarded" in acts(database, day)

    def test_a_discarded_sheet_is_closed(self, database, day, assessment_id):
        discard(database, day.instructor, assessment_id)
        for attempt in (
            lambda: mark(database, day, assessment_id, "hands", Mark.done),
            lambda: stop(database, day, assessment_id),
            lambda: discard(database, day.instructor, assessment_id),
        ):
            with pytest.raises(DiscardRefused, match="discarded"):
                attempt()
        with database.read() as db:
            with pytest.raises(DiscardRefused):
                queries.bedside_sheet(db, day.instructor, assessment_id)
            with pytest.raises(NotFound):
                queries.report(db, day.instructor, assessment_id)

    def test_a_signed_one_stays(self, database, day):
        with database.write() as db:
            assessment_id = a_signed_assessment(db, day)
        with pytest.raises(DiscardRefused, match="signed"):
            discard(database, day.instructor, assessment_id)
        with database.read() as db:
            row = db.get(Assessment, assessment_id)
            assert (row.discarded_at, row.number) == (None, 1)

    def test_a_reason_is_needed(self, database, day, assessment_id):
        with pytest.raises(Invalid) as refused:
            discard(database, day.instructor, assessment_id, "")
        assert "reason" in refused.value.fields
        with database.read() as db:
            assert db.get(Assessment, assessment_id).discarded_at is None

    def test_only_its_instructor_or_an_admin(self, database, day, assessment_id):
        with database.write() as db:
            colleague = a_colleague(db, day)
            stranger = a_user(db, "Stella Stranger", roles=("instructor",))
            admin = a_user(db, "Ada Admin", roles=("admin",))
        for actor, kind in (
            (colleague, Forbidden),
            (stranger, NotFound),
            (day.student, Forbidden),
        ):
            with pytest.raises(kind):
                discard(database, actor, assessment_id)
        discard(database, admin, assessment_id)
        with database.read() as db:
            row = db.get(Assessment, assessment_id)
            assert (row.discarded_by, row.number) == (admin.user_id, -1)

    @pytest.mark.parametrize("roles", [("admin",), ("student", "admin"), ("instructor", "admin")])
    def test_nobody_discards_a_sheet_about_themselves(self, database, day, assessment_id, roles):
        """R-045: a student who became an admin would make a failed try disappear before it is signed."""
        mark(database, day, assessment_id, "identity", Mark.not_done)
        own = replace(day.student, roles=frozenset(Role(role) for role in roles))
        with pytest.raises((Forbidden, NotFound)):
            discard(database, own, assessment_id)
        with database.read() as db:
            with pytest.raises(NotFound):
                queries.discard_page(db, own, assessment_id)
            row = db.get(Assessment, assessment_id)
            assert (row.discarded_at, row.number) == (None, 1)
        assert "assessments.assessment_discarded" not in acts(database, day)
