"""One more attempt: when it may be allowed, and when it may be taken back, as tables."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.ids import AllowanceId, UserId, new_uuid
from app.learning.domain import Done
from app.quizzes.domain.allowing import (
    Allowance,
    QuizStanding,
    added_after,
    allowing_obstacle,
    attempts_allowed,
    attempts_left,
    taking_back_obstacle,
)
from app.quizzes.domain.attempt import Score
from app.quizzes.domain.releasing import Disclosure, disclosure
from app.quizzes.domain.starting import start_obstacle
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.quizzes import a_quiz, an_attempt

FAILED = an_attempt(submitted_at=NOW, score=Score(0, 5, False))
PASSED = an_attempt(submitted_at=NOW, score=Score(5, 5, True))
RUNNING = an_attempt()
IN_TIME = an_attempt(due_at=NOW + timedelta(minutes=1))
OVERDUE = an_attempt(due_at=NOW - timedelta(minutes=1))
COURSE = small_course().course


def a_standing(
    *attempts, by_quiz=3, allowances=0, has_place=True, is_certified=False, is_closed=False
):
    return QuizStanding(
        by_quiz=by_quiz,
        attempts=attempts,
        allowances=allowances,
        has_place=has_place,
        is_certified=is_certified,
        is_closed=is_closed,
    )


def an_allowance(number=1, attempts=1, quiz_key="skin-quiz", **values):
    return Allowance(
        id=AllowanceId(new_uuid()),
        user_id=UserId(new_uuid()),
        course_key="small-course",
        quiz_key=quiz_key,
        number=number,
        attempts=attempts,
        reason="why",
        reason_is_told=False,
        given_at=NOW,
        given_by=UserId(new_uuid()),
        **values,
    )


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (a_standing(*[FAILED] * 3), None),
        (a_standing(*[FAILED] * 4, allowances=1), None),
        (a_standing(*[FAILED] * 4), None),
        (a_standing(*[FAILED] * 3, is_closed=True), "closed"),
        (a_standing(*[FAILED] * 3, is_certified=True), "certified"),
        (a_standing(*[FAILED] * 2, PASSED), "passed"),
        (a_standing(*[FAILED] * 2, PASSED, is_certified=True), "certified"),
        (a_standing(*[FAILED] * 3, has_place=False), "place_ended"),
        (a_standing(*[FAILED] * 2, PASSED, has_place=False), "passed"),
        (a_standing(*[FAILED] * 9, by_quiz=None), "unlimited"),
        (a_standing(*[FAILED] * 2, RUNNING), "running"),
        (a_standing(*[FAILED] * 2, IN_TIME), "running"),
        (a_standing(*[FAILED] * 2, OVERDUE), None),
        (a_standing(*[FAILED] * 2), "attempts_left"),
        (a_standing(), "attempts_left"),
        (a_standing(*[FAILED] * 3, allowances=1), "unused"),
        (a_standing(*[FAILED] * 2, RUNNING, allowances=1), "running"),
    ],
)
def test_when_one_more_may_be_allowed(standing, reason):
    obstacle = allowing_obstacle(standing, now=NOW)
    assert (obstacle and obstacle.reason) == reason


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (1, "1 attempt is left. Allow one more when none is left."),
        (2, "2 attempts are left. Allow one more when none is left."),
    ],
)
def test_a_refusal_says_how_many_are_left(left, words):
    obstacle = allowing_obstacle(a_standing(*[FAILED] * (3 - left)), now=NOW)
    assert str(obstacle.words) == words


@pytest.mark.parametrize(
    ("standing", "later", "reason"),
    [
        (a_standing(*[FAILED] * 3, allowances=1), 0, None),
        (a_standing(*[FAILED] * 3, allowances=1, is_closed=True), 0, "closed"),
        (a_standing(*[FAILED] * 4, allowances=1), 0, "used"),
        (a_standing(*[FAILED] * 3, RUNNING, allowances=1), 0, "used"),
        (a_standing(*[FAILED] * 3, PASSED, allowances=1, is_certified=True), 0, "certified"),
        (a_standing(*[FAILED] * 3, allowances=1, is_certified=True), 0, None),
        (a_standing(*[FAILED] * 4, allowances=2), 0, None),
        (a_standing(*[FAILED] * 4, allowances=2), 1, "used"),
        (a_standing(*[FAILED] * 3, allowances=2), 1, None),
        (a_standing(*[FAILED] * 9, by_quiz=None, allowances=1), 0, None),
    ],
)
def test_when_it_may_be_taken_back(standing, later, reason):
    obstacle = taking_back_obstacle(an_allowance(), standing, later=later)
    assert (obstacle and obstacle.reason) == reason


def test_what_was_taken_back_is_not_taken_back_again():
    gone = an_allowance(taken_back_at=NOW, taken_back_by=UserId(new_uuid()))
    obstacle = taking_back_obstacle(gone, a_standing(*[FAILED] * 3), later=0)
    assert obstacle.reason == "taken_back"


def test_only_live_ones_at_the_same_quiz_come_later():
    first, third = an_allowance(1), an_allowance(3, attempts=2)
    gone = an_allowance(2, taken_back_at=NOW, taken_back_by=UserId(new_uuid()))
    elsewhere = an_allowance(4, quiz_key="needle-quiz")
    every = (first, gone, third, elsewhere)
    assert added_after(first, every) == 2
    assert added_after(third, every) == 0


@given(by_quiz=st.integers(1, 20), used=st.integers(0, 30), allowances=st.integers(0, 9))
def test_an_allowance_leaves_exactly_one_attempt_and_goes_without_a_trace(
    by_quiz, used, allowances
):
    standing = a_standing(*[FAILED] * used, by_quiz=by_quiz, allowances=allowances)
    if allowing_obstacle(standing, now=NOW) is not None:
        assert standing.left > 0
        return
    allowed = replace(standing, allowances=allowances + standing.one_more)
    assert standing.one_more >= 1
    assert allowed.left == 1
    assert allowing_obstacle(allowed, now=NOW).reason == "unused"
    assert taking_back_obstacle(an_allowance(), allowed, later=0) is None
    used_up = replace(allowed, attempts=(*allowed.attempts, FAILED))
    assert taking_back_obstacle(an_allowance(), used_up, later=0).reason == "used"


@pytest.mark.parametrize(
    ("by_quiz", "allowances", "used", "left"),
    [
        (3, 0, 0, 3),
        (3, 0, 3, 0),
        (3, 1, 3, 1),
        (3, 0, 5, 0),
        (None, 0, 9, None),
        (None, 1, 0, None),
    ],
)
def test_how_many_are_left(by_quiz, allowances, used, left):
    assert attempts_left(attempts_allowed(by_quiz, allowances), used) == left


@pytest.mark.parametrize(("allowances", "reason"), [(0, "used_up"), (1, None)])
def test_an_allowance_opens_the_quiz_again(allowances, reason):
    quiz = COURSE.quiz("needle-quiz")
    done = Done(frozenset({"skin-layers", "skin-vessels"}), frozenset({"skin-quiz"}))
    attempts = [FAILED] * quiz.attempts
    obstacle = start_obstacle(COURSE, quiz, done, attempts, allowances=allowances, now=NOW)
    assert (obstacle and obstacle.refusal.reason) == reason


@pytest.mark.parametrize(
    ("used", "allowances", "released"), [(2, 0, True), (2, 1, False), (3, 1, True)]
)
def test_it_hides_the_answers_until_it_is_used(used, allowances, released):
    quiz = a_quiz(kind="final", attempts=2)
    attempts = [FAILED] * used
    scores = [attempt.score for attempt in attempts]
    allowed = attempts_allowed(quiz.attempts, allowances)
    told = disclosure(quiz, attempts, scores, allowed=allowed, now=NOW)
    assert (told is Disclosure.answers) is released


def test_attempts_of_exceptions_count_like_those_that_were_allowed_one_by_one():
    standing = replace(a_standing(FAILED, FAILED, FAILED, allowances=1), extra_attempts=2)
    assert (standing.allowed, standing.left) == (6, 3)
    assert allowing_obstacle(replace(standing, allowances=0), now=NOW).reason == "attempts_left"
    assert replace(standing, by_quiz=None).allowed is None
