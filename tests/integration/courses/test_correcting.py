"""The corrected course is published over the one that learners began with; both stay."""

from sqlalchemy import select

from app.courses import answer_keys, queries
from app.courses.domain.parsing import parse_course
from app.courses.models import CourseHead, Revision
from app.courses.service import PublishResult, publish
from app.courses.source_folder import read_folder
from app.kit.actor import SystemActor
from app.kit.ids import RevisionId, new_uuid
from app.kit.paths import COURSES
from tests.make import NOW
from tests.make.stored import stored_course

BEFORE = stored_course("mesotherapy-2026-11-29")


def the_earlier_course(db):
    """Write the revision as the earlier version of the code stored it."""
    row = Revision(
        id=RevisionId(new_uuid()),
        course_key="mesotherapy",
        number=1,
        digest=BEFORE.digest,
        delivery=BEFORE.delivery,
        keys=BEFORE.keys,
        published_at=NOW,
    )
    db.add(row)
    db.flush()
    db.add(CourseHead(key="mesotherapy", current_revision_id=row.id, changed_at=NOW))
    return row.id


def test_the_corrected_course_follows_the_earlier_one_and_both_are_read(database):
    parsed = parse_course("mesotherapy", read_folder(COURSES / "mesotherapy"))
    with database.write() as db:
        earlier = the_earlier_course(db)
    with database.write() as db:
        done = publish(db, SystemActor.command_line, parsed, now=NOW)
    assert (done.outcome, done.number) == (PublishResult.published, 2)
    with database.read() as db:
        assert queries.current(db, "mesotherapy").revision_id == done.revision_id
        before, after = queries.revision(db, earlier), queries.revision(db, done.revision_id)
        rows = db.execute(
            select(Revision.digest, Revision.delivery).order_by(Revision.number)
        ).all()
        assert answer_keys.answer_keys(db, earlier) == BEFORE.answer_keys
    assert before.course == BEFORE.course
    assert rows[0] == (BEFORE.digest, BEFORE.delivery)
    assert [checklist.key for checklist in before.course.checklists] == [
        "facial-mesotherapy-assessment"
    ]
    assert [checklist.key for checklist in after.course.checklists] == [
        "facial-mesotherapy-session"
    ]
    assert before.course.practicals[0].key == after.course.practicals[0].key


def test_no_question_lost_its_key_and_no_right_answer_changed(database):
    parsed = parse_course("mesotherapy", read_folder(COURSES / "mesotherapy"))
    assert parsed.keys is not None
    for quiz, keys in BEFORE.answer_keys.quizzes.items():
        now = parsed.keys.quizzes[quiz].questions
        assert set(keys.questions) <= set(now)
        for name, key in keys.questions.items():
            texts = {"explanation_html", "option_explanations"}
            assert key.model_dump(exclude=texts) == now[name].model_dump(exclude=texts)


def test_every_erratum_reaches_whoever_learns_by_the_earlier_course(database):
    """The wrong words of each erratum occur in the earlier revision, and nowhere in the corrected
    one."""
    parsed = parse_course("mesotherapy", read_folder(COURSES / "mesotherapy"))
    assert len(parsed.errata) > 10
    with database.write() as db:
        the_earlier_course(db)
        done = publish(db, SystemActor.command_line, parsed, now=NOW)
    assert [told for told in done.errata if "it corrects 1 revision" not in told] == []
    assert len(done.errata) == len(parsed.errata)
