"""Errata reach learners of every revision, are dated, and leave evidence as it was."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from app.accounts.queries import people
from app.audit.models import AuditEvent
from app.courses import queries
from app.courses.domain.parsing import parse_course
from app.courses.errors import ErratumChanged
from app.courses.models import PublishedErratum, Revision
from app.courses.service import PublishResult, publish
from app.enrolments.models import Enrolment
from app.jobs import act_on_facts
from app.kit.actor import SystemActor
from app.notices.models import Notice
from app.outbox.models import OutboxEvent
from tests.make import NOW
from tests.make.courses import small_files
from tests.make.keys import ISSUER
from tests.make.learning import a_learner_place, a_published_course
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.quizzes import a_sent_attempt

LATER = NOW + timedelta(days=3)
OLD = "at most places it is about 0.1 mm thick"
NEW = "at most places it is about 0.05 to 0.1 mm thick"
OLD_REASON = "Vessels run in the dermis."
NEW_REASON = "Vessels run in the dermis, and only there."
LESSON = "/learn/small-course/lessons/skin-layers"
LESSON_ERRATUM = f"""\
outer-thickness:
  lesson: skin-layers
  was: {OLD}
  now: {NEW}
  why: It differs from place to place.
"""
REASON_ERRATUM = f"""\
where-vessels-run:
  quiz: skin-quiz
  question: bleeding-layer
  was: {OLD_REASON}
  now: {NEW_REASON}
  why: The old sentence was not clear.
"""


def corrected(errata: str):
    """The small course with corrected texts, and errata for learners of the earlier revision."""
    files = dict(small_files())
    lesson = files["lessons/skin-layers.md"].decode().replace(OLD, NEW)
    quiz = files["quizzes/skin-quiz.yaml"].decode().replace(OLD_REASON, NEW_REASON)
    files["lessons/skin-layers.md"] = lesson.encode()
    files["quizzes/skin-quiz.yaml"] = quiz.encode()
    if errata:
        files["errata.yaml"] = errata.encode()
    parsed = parse_course("small-course", files)
    assert parsed.problems == ()
    return parsed


def published(database, parsed, *, now=LATER):
    with database.write() as db:
        done = publish(db, SystemActor.command_line, parsed, now=now)
    with database.write() as db:
        act_on_facts(db, ISSUER, now=now)
    return done


def mails(database) -> list[tuple[str, str]]:
    with database.read() as db:
        rows = db.scalars(select(OutboxEvent).where(OutboxEvent.name == "mail")).all()
        return sorted((row.payload["to"], row.payload["template"]) for row in rows)


@pytest.fixture
def old(database):
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def student(database, old):
    with database.write() as db:
        actor = a_user(db, "Sam Student")
        a_learner_place(db, actor, old)
        return actor


def test_a_learner_of_an_old_revision_reads_the_correction_with_its_date(
    database, old, student, as_person
):
    before = as_person(student).get(LESSON).text
    assert "Corrected on" not in before
    done = published(database, corrected(LESSON_ERRATUM))
    assert done.errata == (
        "small-course: erratum outer-thickness is published; it corrects 1 revision.",
    )
    page = as_person(student).get(LESSON)
    tree = html.document_fromstring(page.text)
    assert f"Corrected on {LATER:%a} {LATER.day} {LATER:%b %Y}" in words(page)
    (struck,) = tree.xpath("//div[@class='prose']//*[@id='correction-outer-thickness']/..")
    assert OLD in " ".join(" ".join(struck.xpath(".//del/text()")).split())
    assert NEW in struck.text_content()
    results_page = as_person(student).get("/learn/small-course/search?q=0.05")
    assert "Layers of the skin" in words(results_page)
    with database.read() as db:
        assert db.get(Revision, old.revision_id).digest == old.digest
        place = db.scalars(select(Enrolment).where(Enrolment.user_id == student.user_id)).one()
        assert place.revision_id == old.revision_id
        act = db.scalars(
            select(AuditEvent).where(AuditEvent.action == "courses.published_erratum")
        ).one()
        assert act.details == {"course": "small-course", "key": "outer-thickness", "revisions": 1}


def test_a_learner_of_the_corrected_revision_reads_no_correction(database, old, as_person):
    published(database, corrected(LESSON_ERRATUM))
    with database.write() as db:
        actor = a_user(db, "Nora New")
        a_learner_place(db, actor, queries.current(db, "small-course"))
    page = as_person(actor).get(LESSON)
    assert NEW in words(page)
    assert "Corrected on" not in page.text
    assert "<del" not in page.text


def test_everybody_who_read_the_words_is_told_once(database, old, student):
    with database.write() as db:
        gone = a_user(db, "Gary Gone")
        a_learner_place(db, gone, old)
        closed = a_user(db, "Clara Closed", disabled_at=NOW)
        a_learner_place(db, closed, old)
        a_user(db, "Una Uninvolved")
    with database.write() as db:
        db.scalars(
            select(Enrolment).where(Enrolment.user_id == gone.user_id)
        ).one().state = "cancelled"
    published(database, corrected(LESSON_ERRATUM))
    again = published(database, corrected(LESSON_ERRATUM), now=LATER + timedelta(days=1))
    assert (again.outcome, again.errata) == (PublishResult.unchanged, ())
    with database.read() as db:
        told = {notice.person_id: notice.details for notice in db.scalars(select(Notice))}
        count = len(db.scalars(select(PublishedErratum)).all())
    assert count == 1
    assert set(told) == {student.user_id, gone.user_id}
    assert [each["now"] for each in told[student.user_id]["corrections"]] == [NEW]
    assert told[student.user_id]["has_place"] is True
    assert told[gone.user_id]["has_place"] is False
    assert [template for _, template in mails(database)] == ["learning/corrected"] * 2


def test_several_corrections_are_one_mail(database, old, student):
    second = LESSON_ERRATUM.replace("outer-thickness", "with-their-own-vessels").replace(
        OLD, "which has no vessels of its own"
    )
    files = dict(small_files())
    text = files["lessons/skin-layers.md"].decode().replace(OLD, NEW)
    text = text.replace("which has no vessels of its own", "which has none")
    files |= {
        "lessons/skin-layers.md": text.encode(),
        "errata.yaml": (LESSON_ERRATUM + second).encode(),
    }
    done = published(database, parse_course("small-course", files))
    assert len(done.errata) == 2
    with database.read() as db:
        (notice,) = db.scalars(select(Notice)).all()
    assert [each["was"] for each in notice.details["corrections"]] == [
        OLD,
        "which has no vessels of its own",
    ]


def test_a_correction_alone_is_published_without_a_new_revision(database, old, student, as_person):
    """The course on disk is what was published, and only the errata are new."""
    published(database, corrected(""))
    done = published(database, corrected(LESSON_ERRATUM))
    assert done.outcome is PublishResult.unchanged
    assert len(done.errata) == 1
    assert "Corrected on" in as_person(student).get(LESSON).text


def test_an_erratum_that_people_read_never_changes(database, old, student):
    published(database, corrected(LESSON_ERRATUM))
    with pytest.raises(ErratumChanged, match="Leave it as it was") as refused:
        published(database, corrected(LESSON_ERRATUM.replace("place to place", "day to day")))
    assert refused.value.reason == "erratum-changed"
    with database.read() as db:
        (stored,) = db.scalars(select(PublishedErratum)).all()
        assert stored.why == "It differs from place to place."


def test_words_that_stand_nowhere_are_told_and_not_stored(database, old):
    mistyped = LESSON_ERRATUM.replace(f"was: {OLD}", "was: about 7 mm thick")
    done = published(database, corrected(mistyped))
    assert done.errata == (
        "small-course: erratum outer-thickness is NOT published: no published revision has the "
        "words “about 7 mm thick” there.",
    )
    with database.read() as db:
        assert db.scalars(select(PublishedErratum)).all() == []


def test_a_fresh_academy_publishes_a_course_with_errata(database):
    """Nobody ever read the old words there."""
    done = published(database, corrected(LESSON_ERRATUM))
    assert done.outcome is PublishResult.published
    assert done.errata == ()


def test_an_explanation_is_corrected_in_the_review_and_its_mail_tells_no_answer(
    database, old, student, as_person
):
    with database.write() as db:
        attempt_id = a_sent_attempt(db, student, old.revision_id)
        other = a_user(db, "Olga Other")
        a_learner_place(db, other, old)
    before = words(as_person(student).get(f"/attempts/{attempt_id}"))
    assert OLD_REASON in before
    published(database, corrected(REASON_ERRATUM))
    page = as_person(student).get(f"/attempts/{attempt_id}")
    tree = html.document_fromstring(page.text)
    (right,) = tree.xpath("//ins[@id='correction-where-vessels-run']")
    assert NEW_REASON in right.text_content()
    assert "Corrected on" in words(page)
    assert "It should say" in words(page)
    with database.read() as db:
        (notice,) = db.scalars(select(Notice)).all()
    assert notice.person_id == student.user_id
    assert NEW_REASON not in str(notice.details)
    assert "1 of" not in str(notice.details)
    assert mails(database) == [(student_address(database, student), "quizzes/corrected")]
    letter = as_person(student).get(f"/notices/{notice.id}")
    assert letter.status_code == 200
    assert "A corrected explanation: Quiz on the skin" in words(letter)
    assert f"/attempts/{attempt_id}" in letter.text


def test_a_lesson_never_shows_the_correction_of_an_explanation(database, old, student, as_person):
    """It may tell a right answer before its release (R-050)."""
    published(database, corrected(REASON_ERRATUM))
    for path in (LESSON, "/learn/small-course", "/learn/small-course/search?q=vessels"):
        page = as_person(student).get(path)
        assert page.status_code == 200
        assert "only there" not in page.text


def test_the_notice_of_a_corrected_lesson_can_be_read(database, old, student, as_person):
    published(database, corrected(LESSON_ERRATUM))
    with database.read() as db:
        (notice,) = db.scalars(select(Notice)).all()
    letter = as_person(student).get(f"/notices/{notice.id}")
    assert "Corrections to your course" in words(letter)
    assert NEW in words(letter)
    assert OLD in words(letter)
    assert "/learn/small-course" in letter.text


def student_address(database, student) -> str:
    with database.read() as db:
        return people(db, [student.user_id])[student.user_id].email
