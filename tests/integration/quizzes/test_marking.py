"""Marking what was saved: under the revision the attempt pinned, from the answers that count."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.courses.domain.delivery import Quiz
from app.courses.domain.keys import CourseKeys
from app.db.database import Database
from app.kit.errors import NotFound
from app.kit.ids import RevisionId, new_uuid
from app.questions.choices.answering import ChoiceResponse
from app.quizzes.domain.attempt import Attempt, SavedAnswer, Score
from app.quizzes.domain.sampling import draw
from app.quizzes.marking import mark_saved
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.quizzes import a_published_course, a_saved_answer, an_attempt, the_answer

DUE = NOW + timedelta(minutes=10)
KEYS = small_course().keys
assert KEYS is not None


def skin_quiz() -> Quiz:
    course = small_course().course
    assert course is not None
    quiz = course.quiz("skin-quiz")
    assert quiz is not None
    return quiz


def an_attempt_at(revision_id: RevisionId, quiz_key: str = "skin-quiz") -> Attempt:
    attempt = an_attempt(due_at=DUE, drawn=draw(skin_quiz(), "seed"))
    return replace(attempt, revision_id=revision_id, quiz_key=quiz_key)


def right_answers() -> list[SavedAnswer]:
    quiz, keys = skin_quiz(), KEYS.quizzes["skin-quiz"]
    return [
        a_saved_answer(drawn.key, received_at=NOW, response=the_answer(quiz, keys, drawn))
        for drawn in draw(quiz, "seed")
    ]


def test_saved_answers_are_marked_with_the_keys_of_the_pinned_revision(database: Database):
    """R-065: keys that a later revision changed do not touch the attempt."""
    quizzes = {key: quiz.model_copy(update={"questions": {}}) for key, quiz in KEYS.quizzes.items()}
    with database.write() as db:
        pinned = a_published_course(db)
        a_published_course(db, keys=CourseKeys(quizzes=quizzes))
    attempt = an_attempt_at(pinned)
    with database.read() as db:
        marks = mark_saved(db, attempt, right_answers())
    possible = sum(question.points for question in skin_quiz().questions)
    assert marks.score == Score(possible, possible, passed=True)
    assert [question_mark.question_key for question_mark in marks.marks] == [
        drawn_question.key for drawn_question in attempt.drawn
    ]


def test_what_came_too_late_or_was_replaced_earns_nothing(database: Database):
    late, replaced, *rest = right_answers()
    answers = [
        replace(late, received_at=DUE + timedelta(seconds=11)),
        replaced,
        replace(replaced, sequence=2, response=ChoiceResponse()),
        *rest,
    ]
    with database.write() as db:
        revision_id = a_published_course(db)
    with database.read() as db:
        marks = mark_saved(db, an_attempt_at(revision_id), answers)
    wrong = {
        question_mark.question_key for question_mark in marks.marks if not question_mark.is_right
    }
    assert wrong == {late.question_key, replaced.question_key}


def test_without_the_quiz_its_keys_or_its_revision_nothing_is_marked(database: Database):
    quizzes = {key: quiz for key, quiz in KEYS.quizzes.items() if key != "skin-quiz"}
    course = small_course().course
    assert course is not None
    without_quiz = course.model_copy(update={"quizzes": course.quizzes[1:]})
    assert course.quizzes[0].key == "skin-quiz"
    with database.write() as db:
        keyless = a_published_course(db, keys=CourseKeys(quizzes=quizzes))
        quizless = a_published_course(db, course=without_quiz)
    for revision_id in (keyless, quizless, RevisionId(new_uuid())):
        with database.read() as db, pytest.raises(NotFound):
            mark_saved(db, an_attempt_at(revision_id), right_answers())
