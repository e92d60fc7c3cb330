"""A requirement that was met stays met, whatever revision the day was planned under. A1, A2."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app import jobs
from app.assessments.domain import Mark
from app.assessments.models import Assessment
from app.certificates import blocks, checks, queries, service
from app.certificates.models import Certificate
from app.courses.domain.parsing import ParsedCourse, parse_course
from app.courses.errors import CorruptsEvidence
from app.courses.service import publish
from app.db.migrate import downgrade, upgrade
from app.kit.actor import SystemActor
from app.learning import service as learning
from app.learning.errors import LessonStaysDone
from app.outbox.models import OutboxEvent
from app.practicals.models import PracticalRow
from tests.make import NOW
from tests.make.assessments import a_day, a_signed_assessment
from tests.make.courses import small_files
from tests.make.keys import ISSUER
from tests.make.learning import a_completed_theory, a_learner_place, a_published_course
from tests.make.people import a_user

KIND, LIST = "practicals/practice-day.yaml", "checklists/first-session.yaml"


def revised(
    *, checklist: str = "first-session", kind: str = "practice-day", replaces: str = ""
) -> ParsedCourse:
    """The small course with a new checklist, or with its kind of practical under another key."""
    files = dict(small_files())
    files[f"checklists/{checklist}.yaml"] = files.pop(LIST)
    day = files.pop(KIND).decode().replace("checklist: first-session", f"checklist: {checklist}")
    files[f"practicals/{kind}.yaml"] = (day + replaces).encode()
    course = files["course.yaml"].decode().replace("- practice-day", f"- {kind}")
    files["course.yaml"] = course.encode()
    parsed = parse_course("small-course", files)
    assert parsed.problems == ()
    return parsed


@pytest.fixture
def student(database):
    """Somebody with a place under revision 1 and all theory done."""
    with database.write() as db:
        published = a_published_course(db)
        student = a_user(db, "Sam Student")
        a_learner_place(db, student, published)
        a_completed_theory(db, student, published)
        return student


def assess(database, student, parsed, kind="practice-day", mark=Mark.done):
    """Publish a revision, plan a day under it, and assess the student on it."""
    with database.write() as db:
        later = a_published_course(db, parsed)
        day = a_day(db, revision_id=later.revision_id, student=student)
        db.get_one(PracticalRow, day.practical_id).kind_key = kind
        db.flush()
        a_signed_assessment(db, day, identity=mark)


def issued(database, student):
    blocks.look_ahead(database, [(student.user_id, "small-course")])
    with database.write() as db:
        return service.issue_if_complete(
            db, SystemActor.worker, student.user_id, "small-course", ISSUER, now=NOW
        )


def missing(database, student):
    with database.read() as db:
        (way,) = queries.own_page(db, student.user_id, ISSUER.keys).ways
        return [requirement.words for requirement in way.missing]


def test_the_checklist_of_the_days_own_revision_counts(database, student):
    assess(database, student, revised(checklist="second-session"))
    assert missing(database, student) == []
    assert issued(database, student) is not None
    with database.read() as db:
        row = db.scalars(select(Certificate)).one()
        assert len(row.snapshot["practicals"]) == 1
        assert checks.problems(db, ISSUER.keys, now=NOW) == []


def test_but_only_when_it_was_passed(database, student):
    assess(database, student, revised(checklist="second-session"), mark=Mark.not_done)
    assert list(map(str, missing(database, student))) == [
        "Be assessed as competent on “Practice day”"
    ]
    assert issued(database, student) is None


def test_a_kind_that_replaces_the_old_one_counts(database, student):
    parsed = revised(kind="first-day", replaces="replaces: [practice-day]\n")
    assess(database, student, parsed, kind="first-day")
    assert missing(database, student) == []
    assert issued(database, student) is not None


def test_and_the_other_way_round(database, student):
    """A student who attended under revision 1 and then gets a place under revision 2."""
    with database.write() as db:
        first = a_day(db, student=student)
        a_signed_assessment(db, first)
        later = a_published_course(
            db, revised(kind="first-day", replaces="replaces: [practice-day]\n")
        )
        a_learner_place(db, student, later, now=NOW.replace(hour=12))
    assert missing(database, student) == []
    assert issued(database, student) is not None


def test_renaming_a_kind_without_a_word_is_refused(database, student):
    with pytest.raises(CorruptsEvidence) as refused, database.write() as db:
        publish(db, SystemActor.command_line, revised(kind="first-day"), now=NOW)
    assert "practical practice-day" in str(refused.value.detail)
    assert "replaces: [practice-day]" in str(refused.value.detail)


def test_a_kind_of_any_earlier_revision_must_be_replaced(database, student):
    with database.write() as db:
        publish(
            db,
            SystemActor.command_line,
            revised(kind="first-day", replaces="replaces: [practice-day]\n"),
            now=NOW,
        )
    with pytest.raises(CorruptsEvidence), database.write() as db:
        publish(
            db,
            SystemActor.command_line,
            revised(kind="new-day", replaces="replaces: [first-day]\n"),
            now=NOW,
        )
    with database.write() as db:
        both = "replaces: [first-day, practice-day]\n"
        publish(db, SystemActor.command_line, revised(kind="new-day", replaces=both), now=NOW)


class TestTheAudit:
    def test_names_who_has_earned_a_certificate_and_has_none(self, database, student):
        assess(database, student, revised(checklist="second-session"))
        with database.read() as db:
            assert checks.problems(db, ISSUER.keys, now=NOW) == [
                f"Person {student.user_id}: has earned a certificate of small-course, and has none."
            ]
        issued(database, student)
        with database.read() as db:
            assert checks.problems(db, ISSUER.keys, now=NOW) == []

    def test_names_a_competent_assessment_that_no_rule_counts(self, database, student):
        """The audit reports it. An earlier rule counted no day that was planned under a later
        revision."""
        assess(database, student, revised(checklist="second-session"))
        with database.write() as db:
            (assessment,) = db.scalars(select(Assessment))
            assessment.checklist_key = "a-third-session"
        with database.read() as db:
            assert checks.problems(db, ISSUER.keys, now=NOW) == [
                f"Assessment {assessment.id}: competent, and no rule of its student counts it."
            ]


def test_a_lesson_under_a_certificate_stays_done_in_a_later_revision(database, student):
    """The quiz of its module has a new key there and is not passed yet."""
    with database.write() as db:
        day = a_day(db, student=student)
        a_signed_assessment(db, day)
    assert issued(database, student) is not None
    files = dict(small_files())
    files["quizzes/skin-test.yaml"] = files.pop("quizzes/skin-quiz.yaml")
    files["modules/skin.yaml"] = files["modules/skin.yaml"].replace(b"skin-quiz", b"skin-test")
    parsed = parse_course("small-course", files)
    assert parsed.problems == ()
    with database.write() as db:
        a_learner_place(db, student, a_published_course(db, parsed), now=NOW.replace(hour=12))
    with pytest.raises(LessonStaysDone), database.write() as db:
        learning.mark_lesson_not_done(db, student, "small-course", "skin-layers")
    with database.read() as db:
        assert checks.problems(db, ISSUER.keys, now=NOW) == []


def test_the_migration_asks_again_for_what_was_kept_back(sqlite_database):
    database = sqlite_database
    with database.write() as db:
        published = a_published_course(db)
        kept_back = a_user(db, "Sam Student")
        a_learner_place(db, kept_back, published)
        a_completed_theory(db, kept_back, published)
    assess(database, kept_back, revised(checklist="second-session"))
    with database.write() as db:
        db.execute(update(OutboxEvent).values(done_at=NOW))
    downgrade(database, "20261129_0050")
    upgrade(database)
    later = datetime.now(UTC) + timedelta(seconds=1)
    assert jobs.deliver_facts(database, ISSUER, now=later) == 1
    # A separate job issues the earned certificates.
    assert jobs.deliver_facts(database, ISSUER, now=later) == 1
    with database.read() as db:
        assert db.scalars(select(Certificate)).one().user_id == kept_back.user_id
