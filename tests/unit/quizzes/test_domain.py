"""Clock, start, release: tables of the rules of an attempt."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.learning.domain import Done
from app.quizzes import policy
from app.quizzes.domain.attempt import AttemptSummary, Score, counting
from app.quizzes.domain.releasing import best
from app.quizzes.domain.starting import StartReason, missing_before, start_obstacle
from app.quizzes.domain.transitions import is_past
from app.quizzes.errors import SequenceTaken
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.people import an_actor
from tests.make.quizzes import a_saved_answer, an_attempt

SECOND = timedelta(seconds=1)
DUE = NOW + timedelta(minutes=10)
RIGHT, WRONG = Score(8, 10, passed=True), Score(7, 10, passed=False)
COURSE = small_course().course
assert COURSE is not None
SKIN = Done(frozenset({"skin-layers", "skin-vessels"}), frozenset({"skin-quiz"}))
ALL = Done(SKIN.lessons | {"needle-safety"}, SKIN.quizzes | {"needle-quiz"})


@pytest.mark.parametrize(
    ("received_at", "late"),
    [
        (DUE - SECOND, False),
        (DUE, False),
        (DUE + 9 * SECOND, False),
        (DUE + 10 * SECOND, False),
        (DUE + 10 * SECOND + timedelta(microseconds=1), True),
        (DUE + 11 * SECOND, True),
    ],
)
def test_an_answer_counts_until_ten_seconds_after_the_end(received_at, late):
    """R-060."""
    assert is_past(DUE, received_at) is late
    assert not is_past(None, received_at)


def test_an_attempt_ends_by_the_clock_alone():
    attempt = an_attempt(due_at=DUE)
    assert not attempt.has_ended(DUE + 10 * SECOND)
    assert attempt.has_ended(DUE + 11 * SECOND)
    assert attempt.ended_at(DUE - SECOND) == DUE - SECOND
    assert attempt.ended_at(DUE + timedelta(days=3)) == DUE
    assert not an_attempt().has_ended(NOW + timedelta(days=999))
    assert an_attempt().ended_at(DUE) == DUE
    sent = an_attempt(due_at=DUE, submitted_at=NOW)
    assert sent.has_ended(NOW)
    assert sent.ended_at(DUE) == NOW


@pytest.mark.parametrize(
    ("due_at", "submitted_at", "ended"),
    [
        (None, None, False),
        (None, NOW, True),
        (NOW - 10 * SECOND, None, False),
        (NOW - 11 * SECOND, None, True),
        (DUE, NOW, True),
    ],
)
def test_an_attempt_in_short_ends_as_the_whole_one_does(due_at, submitted_at, ended):
    whole = an_attempt(due_at=due_at, submitted_at=submitted_at)
    short = AttemptSummary(
        attempt_id=whole.id,
        course_key=whole.course_key,
        quiz_key=whole.quiz_key,
        revision_id=whole.revision_id,
        number=whole.number,
        state=whole.state,
        due_at=due_at,
        submitted_at=submitted_at,
        passed=None,
    )
    assert short.has_ended(NOW) is whole.has_ended(NOW) is ended


def test_the_newest_answer_in_time_counts():
    """R-063: the order of arrival makes no difference."""
    answers = [
        a_saved_answer(sequence=3, received_at=NOW),
        a_saved_answer(sequence=1, received_at=NOW + SECOND),
        a_saved_answer(sequence=4, received_at=DUE + 11 * SECOND),
        a_saved_answer(sequence=5, is_late=True),
        a_saved_answer("other", sequence=2),
    ]
    for order in (answers, answers[::-1]):
        counted = counting(order, DUE)
        assert {key: answer.sequence for key, answer in counted.items()} == {
            "layers": 3,
            "other": 2,
        }


@pytest.mark.parametrize(
    ("quiz_key", "done", "attempts", "reason"),
    [
        ("skin-quiz", Done(), [], None),
        ("skin-quiz", Done(), [an_attempt(submitted_at=NOW)] * 50, None),
        ("skin-quiz", Done(), [an_attempt(due_at=DUE)], StartReason.already_open),
        ("needle-quiz", Done(), [], StartReason.locked),
        ("needle-quiz", Done(), [an_attempt()], StartReason.already_open),
        ("needle-quiz", SKIN, [], None),
        ("needle-quiz", SKIN, [an_attempt(submitted_at=NOW)] * 2, None),
        ("needle-quiz", SKIN, [an_attempt(submitted_at=NOW)] * 3, StartReason.used_up),
        ("needle-quiz", SKIN, [an_attempt(due_at=NOW - 11 * SECOND)] * 3, StartReason.used_up),
        ("needle-quiz", ALL, [an_attempt(submitted_at=NOW, score=RIGHT)], None),
        ("final-test", SKIN, [], StartReason.locked),
        ("final-test", ALL, [], None),
        ("final-test", ALL, [an_attempt(submitted_at=NOW)] * 2, StartReason.used_up),
    ],
)
def test_start_obstacle(quiz_key, done, attempts, reason):
    quiz = COURSE.quiz(quiz_key)
    obstacle = start_obstacle(COURSE, quiz, done, attempts, allowances=0, now=NOW)
    assert (obstacle and obstacle.refusal.reason) == reason


def test_a_refusal_says_what_to_do_first():
    quiz = COURSE.quiz("needle-quiz")
    obstacle = start_obstacle(COURSE, quiz, Done(), [], allowances=0, now=NOW)
    assert obstacle is not None
    assert obstacle.missing == ("The skin",)
    assert str(obstacle.refusal.words) == "Complete first: The skin."
    open_attempt = an_attempt(due_at=DUE)
    obstacle = start_obstacle(COURSE, quiz, SKIN, [open_attempt], allowances=0, now=DUE)
    assert obstacle is not None
    assert obstacle.open_attempt == open_attempt
    assert (
        str(obstacle.refusal.words) == "You have started this quiz. Go on with your open attempt."
    )
    obstacle = start_obstacle(COURSE, COURSE.quiz("final-test"), Done(), [], allowances=0, now=NOW)
    assert obstacle is not None
    assert str(obstacle.refusal.words) == "Complete first: The skin, Needles."
    obstacle = start_obstacle(
        COURSE, quiz, SKIN, [an_attempt(submitted_at=NOW)] * 3, allowances=0, now=NOW
    )
    assert obstacle is not None
    assert str(obstacle.refusal.words) == (
        "You have used all your attempts at this quiz. Write to the academy if you need another."
    )
    assert missing_before(COURSE, COURSE.quiz("final-test"), Done()) == ("The skin", "Needles")


def test_the_best_attempt_counts():
    assert best([]) is None
    assert best([WRONG, RIGHT, Score(9, 10, passed=True)]) == Score(9, 10, passed=True)
    assert best([Score(2, 3, passed=False), Score(66, 100, passed=False)]) == Score(
        2, 3, passed=False
    )
    assert best([Score(9, 10, passed=False), Score(8, 10, passed=True)]) == Score(
        8, 10, passed=True
    )


@given(st.integers(0, 100), st.integers(1, 100))
def test_a_shown_percentage_never_flatters(earned, possible):
    score = Score(min(earned, possible), possible, passed=False)
    assert score.percent * possible <= score.earned * 100
    assert 0 <= score.percent <= 100


@pytest.mark.parametrize(
    ("earned", "possible", "percent"), [(0, 7, 0), (799, 1000, 79), (4, 5, 80), (7, 7, 100)]
)
def test_a_percentage_is_rounded_down(earned, possible, percent):
    assert Score(earned, possible, passed=False).percent == percent


def test_policies():
    student, admin = an_actor("student"), an_actor("admin")
    assert policy.may_take_quizzes(student)
    assert not policy.may_take_quizzes(admin)
    assert policy.may_see_attempt(student, student.user_id)
    assert not policy.may_see_attempt(student, admin.user_id)
    assert not policy.may_see_attempt(admin, admin.user_id)
    assert SequenceTaken().reason == "sequence-taken"
