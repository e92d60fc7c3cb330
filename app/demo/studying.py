"""Lets the demo students do lessons and quizzes in the evenings, each at their own pace."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from app.courses.answer_keys import answer_keys
from app.courses.domain.delivery import Module
from app.demo.diary import Deed, Diary
from app.demo.intakes import BEGAN
from app.demo.people import ADMIN, STUDENTS, DemoPerson, StudentStage
from app.kit.actor import Actor
from app.kit.ids import AttemptId, new_uuid
from app.learning import service as learning
from app.questions.answering import answering_of
from app.questions.scoring import scoring_of
from app.quizzes import queries as attempts
from app.quizzes import saving
from app.quizzes import service as quizzes
from app.reports import extensions

FINAL = 9
"""The number of the final test among the quizzes."""

BLOCKED = "Paolo Benedetti"
"""He has used all his attempts at a quiz, and waits for the office."""

REOPENED = "Gethin Prosser"
"""His first attempt at a quiz was opened again, because the power failed while he worked on it."""

AT_WORK = "Yuki Tanabe"
"""She is in the middle of a quiz."""

FAILED, ANSWERED = 4, 4


def study(diary: Diary) -> None:
    """Let everyone learn up to their stage, from the first days of the intake to `quiet` days ago."""
    for number, student in enumerate(STUDENTS):
        if student.stage >= StudentStage.learning:
            steps = list(_steps(diary, student, number))
            evenings = _evenings(diary, BEGAN - number % 6, student.quiet, len(steps))
            for at, step in zip(evenings, steps, strict=True):
                diary.note(at, step)
    at = diary.now - timedelta(minutes=25)
    quiz = diary.course.modules[0].quiz
    diary.note(at, partial(_begin_quiz, diary, AT_WORK, quiz))


def _steps(diary: Diary, student: DemoPerson, number: int) -> Iterator[Deed]:
    """Yield a student's steps in order. A few answers are wrong."""
    course = diary.course
    complete = len(course.modules) if student.stage >= StudentStage.modules else student.modules
    for module_number, module in enumerate(course.modules[:complete], start=1):
        yield from _lessons(diary, student, module)
        if module_number in student.stumbles:
            yield partial(_take_quiz, diary, student.name, module.quiz, FAILED)
            if student.name == REOPENED:
                yield partial(_go_on_after_the_end, diary, student.name, module.quiz)
        yield partial(_take_quiz, diary, student.name, module.quiz, (number + module_number) % 2)
    if complete < len(course.modules):
        following = course.modules[complete]
        lessons = list(_lessons(diary, student, following))
        yield from lessons if student.name in (BLOCKED, AT_WORK) else lessons[:1]
        if student.name == BLOCKED:
            yield from [partial(_take_quiz, diary, student.name, following.quiz, FAILED)] * 3
    if student.stage >= StudentStage.theory:
        if FINAL in student.stumbles:
            yield partial(_take_quiz, diary, student.name, course.final_test, 2 * FAILED)
        yield partial(_take_quiz, diary, student.name, course.final_test, number % 4)


def _lessons(diary: Diary, student: DemoPerson, module: Module) -> Iterator[Deed]:
    for lesson in module.lessons:
        yield partial(_do_lesson, diary, student.name, lesson.key)


def _evenings(diary: Diary, first: int, last: int, count: int) -> Iterator[datetime]:
    """Yield `count` times, spread over the evenings between two days; some are on the same evening."""
    turn = 0
    before = None
    for number in range(count):
        day = first - (first - last) * number // max(count - 1, 1)
        turn = turn + 1 if day == before else 0
        before = day
        yield diary.ago(day, 18, 35 + 40 * turn + (first * 7 + number * 3) % 20)


def _do_lesson(diary: Diary, name: str, lesson: str, now: datetime) -> None:
    learning.mark_lesson_done(diary.db, diary.people[name], diary.course.key, lesson, now=now)


def _take_quiz(diary: Diary, name: str, quiz: str, wrong: int, now: datetime) -> None:
    """Start, answer and submit a quiz with `wrong` wrong answers."""
    student = diary.people[name]
    attempt_id = quizzes.start_attempt(diary.db, student, diary.course.key, quiz, now=now)
    _answer(diary, student, attempt_id, quiz, wrong, now=now + timedelta(minutes=9))
    quizzes.submit(diary.db, student, attempt_id, now=now + timedelta(minutes=12))


def _go_on_after_the_end(diary: Diary, name: str, quiz: str, now: datetime) -> None:
    """Open a student's last attempt at a quiz again, and send it once more with a mistake fewer."""
    student, admin = diary.people[name], diary.people[ADMIN.name]
    attempt_id = attempts.attempts_at(diary.db, student.user_id, diary.course.key, quiz)[-1].id
    reason = "The power failed in your street."
    extensions.reopen_attempt(
        diary.db, admin, attempt_id, minutes=20, reason=reason, reason_is_told=True, now=now
    )
    _answer(diary, student, attempt_id, quiz, FAILED - 1, now=now + timedelta(minutes=9))
    quizzes.submit(diary.db, student, attempt_id, now=now + timedelta(minutes=12))


def _begin_quiz(diary: Diary, name: str, quiz: str, now: datetime) -> None:
    """Start a quiz and answer its first questions."""
    student = diary.people[name]
    attempt_id = quizzes.start_attempt(diary.db, student, diary.course.key, quiz, now=now)
    _answer(diary, student, attempt_id, quiz, 1, now=now + timedelta(minutes=8), most=ANSWERED)
    _answer_elsewhere(diary, student, attempt_id, quiz, now=now + timedelta(minutes=9))


def _answer_elsewhere(
    diary: Diary, student: Actor, attempt_id: AttemptId, quiz: str, *, now: datetime
) -> None:
    """Send another answer to the last answered question from a second device, which did not know the first:
    she has to say which one counts."""
    attempt = attempts.attempt_of(diary.db, student, attempt_id)
    drawn = attempt.drawn[ANSWERED - 1]
    question = attempts.quiz_of(diary.db, attempt).question(drawn.key)
    key = answer_keys(diary.db, attempt.revision_id).quizzes[quiz].questions[drawn.key]
    response = scoring_of(question).wrong_answer(question, key, drawn)
    typed = answering_of(question).typed(response, drawn)
    sent = saving.SentAnswer(new_uuid(), ANSWERED, sequence=1, made_from=0, typed=typed)
    saving.save_answers(diary.db, student, attempt_id, new_uuid(), [sent], now=now)


def _answer(
    diary: Diary,
    student: Actor,
    attempt_id: AttemptId,
    quiz: str,
    wrong: int,
    *,
    now: datetime,
    most: int | None = None,
) -> None:
    """Save an answer to each question, or to the first ones. The first `wrong` answers are wrong, but never
    one that must be right."""
    attempt = attempts.attempt_of(diary.db, student, attempt_id)
    asked_in = attempts.quiz_of(diary.db, attempt)
    keys = answer_keys(diary.db, attempt.revision_id).quizzes[quiz].questions
    may_be_wrong = [each.key for each in attempt.drawn if not asked_in.question(each.key).must_pass]
    for position, drawn in enumerate(attempt.drawn[:most], start=1):
        question, key = asked_in.question(drawn.key), keys[drawn.key]
        scoring = scoring_of(question)
        response = (
            scoring.wrong_answer(question, key, drawn)
            if drawn.key in may_be_wrong[:wrong]
            else scoring.right_answer(question, key)
        )
        typed = answering_of(question).typed(response, drawn)
        saving.save_answer(diary.db, student, attempt_id, position, typed, sequence=None, now=now)
