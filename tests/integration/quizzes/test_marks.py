"""Marks of each question: written with the score, filled in for older attempts, counted without marking."""

import pytest
from sqlalchemy import null, select, text, update

from app import jobs
from app.courses.domain.delivery import Quiz
from app.db.database import Database
from app.db.migrate import downgrade, upgrade
from app.kit.actor import SystemActor
from app.kit.ids import RevisionId
from app.quizzes import (
    checks,
    item_statistics,
    mark_backfill,
    marking,
    queries,
    saved_answers,
)
from app.quizzes.domain import stored as documents
from app.quizzes.item_statistics import QuizStatistics, quiz_statistics
from app.quizzes.models import AttemptRow, attempt_from
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_published_course, a_sent_attempt

COURSE, QUIZ = "small-course", "skin-quiz"


def the_quiz() -> Quiz:
    course = small_course().course
    assert course is not None
    quiz = course.quiz(QUIZ)
    assert quiz is not None
    return quiz


def counted(database: Database) -> QuizStatistics:
    with database.read() as db:
        return quiz_statistics(db, COURSE, the_quiz(), None)


def stored(database: Database) -> list[dict | None]:
    with database.read() as db:
        return list(db.scalars(select(AttemptRow.marks).order_by(AttemptRow.id)))


def three_older_attempts(database: Database, revision_id: RevisionId) -> None:
    """Add attempts as an older version left them: with a score and without marks."""
    with database.write() as db:
        for number in range(3):
            person = a_user(db, f"Student {number}")
            a_place(db, person, revision_id)
            a_sent_attempt(db, person, revision_id, QUIZ, right=number != 1)
        db.execute(update(AttemptRow).values(marks=null()))


@pytest.fixture
def older(pupil, database):
    three_older_attempts(database, pupil.revision_id)


def test_marks_are_written_when_an_attempt_is_marked(pupil, database):
    attempt_id = pupil.start(QUIZ)
    pupil.save(attempt_id, 1, [])
    score = pupil.submit(attempt_id)
    (stored_marks,) = stored(database)
    assert stored_marks is not None
    assert stored_marks["version"] == documents.MARKS_VERSION
    marks = documents.read_marks(stored_marks)
    assert [question_mark.question_key for question_mark in marks] == [
        drawn_question.key for drawn_question in pupil.attempt(attempt_id).drawn
    ]
    assert (
        sum(question_mark.earned for question_mark in marks),
        sum(question_mark.possible for question_mark in marks),
    ) == (
        score.earned,
        score.possible,
    )
    with database.read() as db:
        assert checks.broken(db, now=NOW) == []


def test_counting_reads_marks_and_no_answers(pupil, database, older, at_most):
    before = counted(database)
    jobs.fill_in_marks(database)
    with (
        database.write() as db
    ):  # marks are counted as they were written, whatever happens to answers
        db.execute(text("DELETE FROM answers"))
    with database.read() as db, at_most(1):
        after = quiz_statistics(db, COURSE, the_quiz(), None)
    assert after == before
    assert (after.attempts, [question.missed for question in after.questions].count(1)) == (3, 4)


def test_attempts_of_an_older_version_are_counted_before_they_are_filled_in(
    pupil, database, older, at_most
):
    counted(database)  # the course is read once, then kept in memory
    with database.read() as db, at_most(3):
        assert quiz_statistics(db, COURSE, the_quiz(), None).attempts == 3
    assert stored(database) == [None] * 3


def test_older_attempts_are_filled_in_once_and_what_cannot_be_marked_stays(
    pupil, database, older, monkeypatch
):
    monkeypatch.setattr(jobs, "MARKED_AT_ONCE", 2)
    with database.write() as db:
        strange = db.scalars(select(AttemptRow).order_by(AttemptRow.id)).first()
        assert strange is not None
        strange.quiz_key = "gone"
    jobs.fill_in_marks(database)
    first, second, third = stored(database)
    assert first is None
    for stored_marks in (second, third):
        assert stored_marks is not None
    with database.read() as db:
        for row in db.scalars(select(AttemptRow).where(AttemptRow.quiz_key == QUIZ)):
            attempt = attempt_from(row)
            again = marking.mark_saved(db, attempt, saved_answers.answers_of(db, attempt.id))
            assert row.marks == documents.write_marks(again.marks)
        left = mark_backfill.unmarked(db, SystemActor.worker, after=mark_backfill.FIRST, most=10)
    assert list(left) == [strange.id]
    with database.write() as db:
        assert (
            mark_backfill.write_marks(
                db,
                SystemActor.worker,
                [attempt_row.id for attempt_row in db.scalars(select(AttemptRow))],
            )
            == 0
        )


def test_the_hourly_round_fills_in(pupil, database, older):
    before = stored(database)
    assert None in before
    jobs.hourly(database, now=NOW)
    after = stored(database)
    assert len(after) == len(before)
    assert None not in after


def test_the_newest_are_found_without_sorting_every_attempt(sqlite_database):
    with sqlite_database.read() as db:
        plan = " ".join(
            row.detail
            for row in db.execute(
                text(
                    "EXPLAIN QUERY PLAN SELECT id, marks FROM attempts WHERE course_key = 'a' AND "
                    "quiz_key = 'b' AND state = 'submitted' ORDER BY submitted_at DESC, id DESC LIMIT 201"
                )
            )
        )
    assert "ix_attempts_sent" in plan
    assert "TEMP B-TREE" not in plan


def test_a_partial_count_says_so(pupil, database, older, monkeypatch):
    monkeypatch.setattr(item_statistics, "MOST_ATTEMPTS", 2)
    partial = counted(database)
    assert (partial.attempts, partial.is_partial) == (2, True)


def test_marks_are_not_read_with_an_attempt(pupil):
    """R-050: code that reads an attempt gets no marks, so no page can show them before the release."""
    read = [column.key for column in queries.WHOLE_ATTEMPT]
    assert "drawn" in read
    assert "marks" not in read


def test_the_audit_names_marks_that_the_answers_do_not_earn(pupil, database):
    pupil.finish()
    (stored_marks,) = stored(database)
    assert stored_marks is not None
    key, earned, possible = stored_marks["questions"][0]
    wrong = {
        **stored_marks,
        "questions": [[key, earned + 1, possible], *stored_marks["questions"][1:]],
    }
    with database.write() as db:
        db.execute(update(AttemptRow).values(marks=wrong))
    with database.read() as db:
        (sentence,) = checks.broken(db, now=NOW)
    assert "has marks that its answers do not earn" in sentence


def test_the_migration_goes_down_and_up_with_attempts_in_the_database(sqlite_database):
    database: Database = sqlite_database
    with database.write() as db:
        revision_id = a_published_course(db)
    three_older_attempts(database, revision_id)
    downgrade(database, "20261129_0011")
    with database.read() as db:
        rows = db.execute(text("SELECT * FROM attempts")).mappings().all()
    assert len(rows) == 3
    assert "marks" not in rows[0]
    upgrade(database)
    jobs.fill_in_marks(database)
    assert None not in stored(database)
