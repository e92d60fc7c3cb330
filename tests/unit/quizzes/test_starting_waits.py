"""The wait between two attempts."""

from datetime import timedelta

import pytest

from app.learning.domain import Done
from app.quizzes.domain.starting import StartReason, start_obstacle, wait_until
from app.quizzes.domain.transitions import AtTimeOut
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.quizzes import a_quiz, an_attempt

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
QUIZ = a_quiz(delay_minutes=1440)
SENT = an_attempt(started_at=NOW - DAY, submitted_at=NOW)


@pytest.mark.parametrize(
    ("quiz", "attempts", "after", "ready_at"),
    [
        (QUIZ, [SENT], DAY - SECOND, NOW + DAY),
        (QUIZ, [SENT], DAY, None),
        (QUIZ, [], timedelta(0), None),
        (a_quiz(), [SENT], timedelta(0), None),
        (QUIZ, [SENT, an_attempt(submitted_at=NOW - DAY)], SECOND, NOW + DAY),
    ],
)
def test_the_wait_is_counted_from_the_end_of_the_last_attempt(quiz, attempts, after, ready_at):
    assert wait_until(quiz, attempts, now=NOW + after) == ready_at


@pytest.mark.parametrize(
    ("rule", "grace", "end"),
    [(AtTimeOut.submit, None, 0), (AtTimeOut.grace, 5, 5), (AtTimeOut.abandon, None, 0)],
)
def test_an_attempt_that_the_clock_ended_counts_from_its_end(rule, grace, end):
    attempt = an_attempt(due_at=NOW, at_time_out=rule, grace_minutes=grace)
    ends_at = NOW + timedelta(minutes=end)
    assert wait_until(QUIZ, [attempt], now=NOW + timedelta(hours=2)) == ends_at + DAY
    assert wait_until(QUIZ, [attempt], now=ends_at + DAY) is None


def test_a_start_within_the_wait_is_refused_with_the_moment():
    course = small_course().course
    obstacle = start_obstacle(course, QUIZ, Done(), [SENT], allowances=0, now=NOW + SECOND)
    assert obstacle.refusal.reason == StartReason.too_soon
    assert obstacle.ready_at == NOW + DAY
    assert "You can try again on" in str(obstacle.refusal.words)
    assert start_obstacle(course, QUIZ, Done(), [SENT], allowances=0, now=NOW + DAY) is None


def test_no_attempt_left_is_said_before_the_wait():
    used_up = start_obstacle(
        small_course().course, QUIZ, Done(), [SENT] * 3, allowances=0, now=NOW + SECOND
    )
    assert used_up.refusal.reason == StartReason.used_up
