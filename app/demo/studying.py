"""Demo students at their lessons and quizzes."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.actor import Actor
from app.courses.answers import answer_keys
from app.courses.domain.delivery import Course
from app.courses.domain.keys import QuestionKey
from app.demo.people import Stage
from app.kit.ids import AttemptId
from app.learning import service as learning
from app.quizzes import queries as attempts
from app.quizzes import service as quizzes

HALFWAY = 4
"""How many modules a student has behind them who is halfway."""


def study(db: Session, student: Actor, course: Course, stage: Stage, *, since: datetime) -> None:
    """Take the student as far as the stage says, two days a module from `since` on."""
    modules = {
        Stage.learning: course.modules[:1],
        Stage.halfway: course.modules[:HALFWAY],
        Stage.modules: course.modules,
        Stage.theory: course.modules,
    }.get(stage, ())
    at = since
    for module in modules:
        for lesson in module.lessons:
            learning.mark_lesson_done(db, student, course.key, lesson.key, now=at)
        if stage is not Stage.learning:
            take_quiz(db, student, course.key, module.quiz, now=at + timedelta(hours=2))
        at += timedelta(days=2)
    if stage is Stage.halfway:
        following = course.modules[HALFWAY]
        learning.mark_lesson_done(db, student, course.key, following.lessons[0].key, now=at)
    if stage is Stage.theory:
        take_quiz(db, student, course.key, course.final_test, now=at)


def take_quiz(
    db: Session, student: Actor, course_key: str, quiz_key: str, *, now: datetime, wrong: int = 1
) -> None:
    """Start, answer and send a quiz, with so many answers wrong."""
    attempt_id = quizzes.start_attempt(db, student, course_key, quiz_key, now=now)
    _answer_all(db, student, attempt_id, quiz_key, wrong, now=now + timedelta(minutes=9))
    quizzes.submit(db, student, attempt_id, now=now + timedelta(minutes=12))


def _answer_all(
    db: Session, student: Actor, attempt_id: AttemptId, quiz_key: str, wrong: int, *, now: datetime
) -> None:
    attempt = attempts.attempt_of(db, student, attempt_id)
    keys = answer_keys(db, attempt.revision_id).quizzes[quiz_key].questions
    for position, drawn in enumerate(attempt.drawn, start=1):
        key = keys[drawn.key]
        is_wrong = position <= wrong
        if key.answer is not None:
            typed = [str(key.answer + 1000 if is_wrong else key.answer)]
        else:
            typed = list(drawn.tokens_of(_choice(key, is_wrong, [o.key for o in drawn.options])))
        quizzes.save_answer(db, student, attempt_id, position, typed, sequence=None, now=now)


def _choice(key: QuestionKey, is_wrong: bool, options: list[str]) -> list[str]:
    """Return the right options, or for a wrong answer the first option that is not right."""
    if not is_wrong:
        return sorted(key.correct)
    return [option for option in options if option not in key.correct][:1]
