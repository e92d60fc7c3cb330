"""The pages of a quiz in the states that no walk through the demo academy meets, as students see them.

Each function sets one state up, and returns where it is seen and words that say so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from app.courses.domain.parsing import ParsedCourse
from app.db.database import Database
from app.kit.actor import Actor
from app.kit.ids import AttemptId, new_uuid
from app.quizzes import flags, saving
from tests.integration.quizzes.conftest import Pupil
from tests.make import NOW
from tests.make.courses import changed_course, course_with_sections
from tests.make.exceptions import a_stored_exception
from tests.make.ordering import course_with_an_order
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_published_course, what_to_send

SKIN, NEEDLE, FINAL = "skin-quiz", "needle-quiz", "final-test"
NEEDLE_FILE = f"quizzes/{NEEDLE}.yaml"
MINUTE = timedelta(minutes=1)
START = "/learn/small-course/quizzes"


@dataclass(frozen=True)
class PageInState:
    """A page to look at."""

    actor: Actor
    path: str
    words: str
    """What only this state shows."""
    now: datetime = NOW
    typed: Mapping[str, str] = field(default_factory=dict)
    """What is sent by the form that has the first of these fields; then the page shows the words. “#1” is the
    option with this index, in every field of the name."""


State = Callable[[Database], PageInState]


def a_pupil(database: Database, parsed: ParsedCourse | None = None, *modules: str) -> Pupil:
    """A student with a place on the small course, who has completed these modules."""
    with database.write() as db:
        course, keys = (parsed.course, parsed.keys) if parsed else (None, None)
        revision_id = a_published_course(db, course, keys)
        actor = a_user(db, "Sela Veral")
        a_place(db, actor, revision_id)
    pupil = Pupil(database, actor, revision_id)
    pupil.complete(*modules)
    return pupil


def needle_course(old: str, new: str) -> ParsedCourse:
    return changed_course({NEEDLE_FILE: (old, new)})


# A page with a question of each type.
ALL = course_with_an_order(per_page="all")


def of_each_type(database: Database) -> tuple[Pupil, AttemptId]:
    """An attempt whose only page asks a question of each type."""
    pupil = a_pupil(database, ALL)
    return pupil, pupil.start(SKIN)


def answer_each(pupil: Pupil, attempt_id: AttemptId, *positions: int, right: bool = True) -> None:
    assert ALL.course is not None
    assert ALL.keys is not None
    quiz = ALL.course.quiz(SKIN)
    assert quiz is not None
    drawn = pupil.attempt(attempt_id).drawn
    for position in positions or range(1, len(drawn) + 1):
        typed = what_to_send(quiz, ALL.keys.quizzes[SKIN], drawn[position - 1], right=right)
        pupil.save(attempt_id, position, list(typed))


def on_two_devices(pupil: Pupil, attempt_id: AttemptId) -> None:
    """Answer every question right on one device and wrong on another."""
    assert ALL.course is not None
    assert ALL.keys is not None
    quiz = ALL.course.quiz(SKIN)
    assert quiz is not None
    drawn = pupil.attempt(attempt_id).drawn
    for right in (True, False):
        sent = [
            saving.SentAnswer(
                new_uuid(),
                position,
                1,
                0,
                what_to_send(quiz, ALL.keys.quizzes[SKIN], question, right=right),
            )
            for position, question in enumerate(drawn, start=1)
        ]
        with pupil.database.write() as db:
            saving.save_answers(db, pupil.actor, attempt_id, new_uuid(), sent, now=NOW)


def flag(pupil: Pupil, attempt_id: AttemptId, position: int) -> None:
    with pupil.database.write() as db:
        flags.set_flag(db, pupil.actor, attempt_id, position, is_flagged=True, now=NOW)


def questions_empty(database: Database) -> PageInState:
    pupil, attempt_id = of_each_type(database)
    return PageInState(pupil.actor, f"/attempts/{attempt_id}/questions/1", "0 of 5 answered")


def questions_filled(database: Database) -> PageInState:
    pupil, attempt_id = of_each_type(database)
    answer_each(pupil, attempt_id)
    flag(pupil, attempt_id, 2)
    return PageInState(pupil.actor, f"/attempts/{attempt_id}/questions/1", "5 of 5 answered")


def questions_refused(database: Database) -> PageInState:
    """Two of them: a number that cannot be read, and a place that two items have."""
    page = questions_empty(database)
    return replace(page, words="There is a problem", typed={"answer-5": "1,000", "answer-1": "#1"})


def questions_in_conflict(database: Database) -> PageInState:
    pupil, attempt_id = of_each_type(database)
    on_two_devices(pupil, attempt_id)
    path = f"/attempts/{attempt_id}/questions/1"
    return PageInState(pupil.actor, path, "Question 5: which answer counts?")


def check(database: Database, *, answered: tuple[int, ...] = (), words: str) -> PageInState:
    pupil, attempt_id = of_each_type(database)
    if answered:
        answer_each(pupil, attempt_id, *answered)
        flag(pupil, attempt_id, 1)
    return PageInState(pupil.actor, f"/attempts/{attempt_id}/check", words)


def check_in_conflict(database: Database) -> PageInState:
    pupil, attempt_id = of_each_type(database)
    on_two_devices(pupil, attempt_id)
    return PageInState(pupil.actor, f"/attempts/{attempt_id}/check", "5 answered on two devices")


# A question with a limit of time.


def question_with_more_time(database: Database) -> PageInState:
    """And a note of what happens at the end."""
    course = needle_course("minutes: 10\n", "minutes: 10\nat_time_out: grace\ngrace: 5\n")
    pupil = a_pupil(database, course, "skin")
    more_time(pupil)
    attempt_id = pupil.start(NEEDLE)
    return PageInState(pupil.actor, f"/attempts/{attempt_id}/questions/1", "Answers count until")


def check_in_grace(database: Database) -> PageInState:
    course = needle_course("minutes: 10\n", "minutes: 10\nat_time_out: grace\ngrace: 5\n")
    pupil = a_pupil(database, course, "skin")
    attempt_id = pupil.start(NEEDLE)
    pupil.save(attempt_id, 1, pupil.right_answer(pupil.attempt(attempt_id), 1))
    path = f"/attempts/{attempt_id}/check"
    return PageInState(pupil.actor, path, "Time is up", now=NOW + 11 * MINUTE)


# The page before an attempt.


def more_time(pupil: Pupil, **columns: Any) -> None:
    with pupil.database.write() as db:
        by = a_user(db, "Ada Admin", roles=("admin",)).user_id
        terms = {"time_percent": 150, "user_id": pupil.actor.user_id, **columns}
        a_stored_exception(db, by, **terms, reason_is_told=True)


def start(database: Database) -> PageInState:
    return PageInState(a_pupil(database, None, "skin").actor, f"{START}/{NEEDLE}", "Start the quiz")


def start_with_exceptions(database: Database) -> PageInState:
    pupil = a_pupil(database, None, "skin")
    day = timedelta(days=1)
    more_time(pupil, opens_at=NOW - day, closes_at=NOW + day, extra_attempts=2)
    return PageInState(pupil.actor, f"{START}/{NEEDLE}", "The academy gave you 2 more attempts")


def start_in_a_window(database: Database, *, opens_in: int, words: str) -> PageInState:
    """In a window of three days that opens in so many days."""
    pupil = a_pupil(database, None, "skin")
    opens_at = NOW + timedelta(days=opens_in)
    more_time(pupil, opens_at=opens_at, closes_at=opens_at + timedelta(days=3))
    return PageInState(pupil.actor, f"{START}/{NEEDLE}", words)


def start_while_one_runs(database: Database) -> PageInState:
    pupil = a_pupil(database, None, "skin")
    pupil.start(NEEDLE)
    return PageInState(pupil.actor, f"{START}/{NEEDLE}", "You have an open attempt")


def start_locked(database: Database) -> PageInState:
    return PageInState(a_pupil(database).actor, f"{START}/{FINAL}", "Not open yet")


def start_after_a_pass(database: Database) -> PageInState:
    pupil = a_pupil(database, None, "skin")
    pupil.finish(NEEDLE)
    return PageInState(pupil.actor, f"{START}/{NEEDLE}", "You have passed")


def start_used_up(database: Database) -> PageInState:
    pupil = a_pupil(database, None, "skin")
    for _ in range(3):
        pupil.finish(NEEDLE, right=False)
    return PageInState(pupil.actor, f"{START}/{NEEDLE}", "No attempts left")


def start_after_one_not_sent(database: Database) -> PageInState:
    pupil = a_pupil(
        database, needle_course("minutes: 10\n", "minutes: 10\nat_time_out: abandon\n"), "skin"
    )
    pupil.start(NEEDLE)
    words = "Your last attempt was not sent"
    return PageInState(pupil.actor, f"{START}/{NEEDLE}", words, now=NOW + 11 * MINUTE)


def start_too_soon(database: Database) -> PageInState:
    pupil = a_pupil(database, needle_course("attempts: 3\n", "attempts: 3\ndelay: 24 h\n"), "skin")
    pupil.finish(NEEDLE, right=False)
    return PageInState(pupil.actor, f"{START}/{NEEDLE}", "Wait before the next attempt")


def start_with_a_code(database: Database, *, typed: Mapping[str, str], words: str) -> PageInState:
    course = needle_course("attempts: 3\n", "attempts: 3\naccess_code: Blue Heron 7\n")
    pupil = a_pupil(database, course, "skin")
    return PageInState(pupil.actor, f"{START}/{NEEDLE}", words, typed=typed)


# The result.


def result_failed(database: Database) -> PageInState:
    """The right answers are withheld, and the page says what to read again."""
    pupil = a_pupil(database, course_with_sections("total-volume"))
    attempt_id = pupil.start(SKIN)
    attempt = pupil.attempt(attempt_id)
    for position, drawn in enumerate(attempt.drawn, start=1):
        choose = pupil.right_answer if drawn.key == "epidermis-bleeds" else pupil.wrong_answer
        pupil.save(attempt_id, position, choose(attempt, position))
    pupil.submit(attempt_id)
    return PageInState(pupil.actor, f"/attempts/{attempt_id}", "The answers come later")


def result_without_answers(database: Database) -> PageInState:
    pupil = a_pupil(database)
    attempt_id = pupil.start(SKIN)
    pupil.submit(attempt_id)
    return PageInState(pupil.actor, f"/attempts/{attempt_id}", "Not answered")


def result_of_each_type(database: Database, *, right: bool, words: str) -> PageInState:
    """With the right answers. All wrong is a critical error, too."""
    pupil, attempt_id = of_each_type(database)
    answer_each(pupil, attempt_id, right=right)
    pupil.submit(attempt_id)
    return PageInState(pupil.actor, f"/attempts/{attempt_id}", words)


def result_must_pass(database: Database) -> PageInState:
    """The question that had to be right is the only wrong answer, and names its section."""
    stem = "    stem: A used needle is recapped"
    parsed = needle_course(
        stem, f"    must_pass: true\n    section: needle-safety#section-after-use\n{stem}"
    )
    pupil = a_pupil(database, parsed, "skin")
    attempt_id = pupil.start(NEEDLE)
    attempt = pupil.attempt(attempt_id)
    pupil.save(attempt_id, 1, pupil.wrong_answer(attempt, 1))
    pupil.save(attempt_id, 2, pupil.right_answer(attempt, 2))
    pupil.submit(attempt_id)
    words = "1 question that must be right was wrong"
    return PageInState(pupil.actor, f"/attempts/{attempt_id}", words)


def result_after_the_time(database: Database) -> PageInState:
    pupil = a_pupil(database, None, "skin")
    attempt_id = pupil.start(NEEDLE)
    pupil.answer_all(attempt_id)
    path = f"/attempts/{attempt_id}"
    return PageInState(pupil.actor, path, "We have sent the answers you had", now=NOW + 11 * MINUTE)


def result_of_the_final_test(database: Database) -> PageInState:
    pupil = a_pupil(database, course_with_sections(), "skin", "needles")
    attempt_id = pupil.finish(FINAL, right=False)
    return PageInState(pupil.actor, f"/attempts/{attempt_id}", "Result by module")


STATES: dict[str, State] = {
    "questions, empty": questions_empty,
    "questions, filled": questions_filled,
    "questions, refused": questions_refused,
    "questions, in conflict": questions_in_conflict,
    "question, more time": question_with_more_time,
    "check, nothing answered": partial(check, words="You have not answered anything yet"),
    "check, some missing": partial(check, answered=(1, 3), words="You have 3 unanswered questions"),
    "check, all answered": partial(
        check, answered=(1, 2, 3, 4, 5), words="Every question has an answer"
    ),
    "check, in conflict": check_in_conflict,
    "check, in grace": check_in_grace,
    "start": start,
    "start, exceptions": start_with_exceptions,
    "start, before its window": partial(start_in_a_window, opens_in=2, words="Not open yet"),
    "start, after its window": partial(start_in_a_window, opens_in=-4, words="has closed for you"),
    "start, one runs": start_while_one_runs,
    "start, locked": start_locked,
    "start, passed": start_after_a_pass,
    "start, used up": start_used_up,
    "start, not sent": start_after_one_not_sent,
    "start, too soon": start_too_soon,
    "start, code": partial(start_with_a_code, typed={}, words="Access code"),
    "start, code refused": partial(
        start_with_a_code, typed={"access_code": "Grey"}, words="This access code is not right"
    ),
    "result, failed": result_failed,
    "result, unanswered": result_without_answers,
    "result, passed": partial(result_of_each_type, right=True, words="You passed"),
    "result, critical": partial(result_of_each_type, right=False, words="critical error"),
    "result, must pass": result_must_pass,
    "result, time ran out": result_after_the_time,
    "result, final test": result_of_the_final_test,
}
