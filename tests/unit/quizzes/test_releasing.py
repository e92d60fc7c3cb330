"""R-050, R-056: what a student is told of ended attempts, and when they see the right answers."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from app.courses.domain.delivery import Quiz
from app.quizzes.domain.attempt import Attempt, Score
from app.quizzes.domain.releasing import (
    Disclosure,
    best,
    disclosed_before,
    disclosure,
    promise_of_answers,
    when_answers_come,
)
from app.quizzes.domain.transitions import AtTimeOut
from tests.make import NOW
from tests.make.quizzes import a_quiz, an_attempt

FAIL, PASS = Score(1, 3, passed=False), Score(3, 3, passed=True)
SENT = an_attempt(submitted_at=NOW)
OPEN = an_attempt(due_at=NOW + timedelta(minutes=10))
SCORE, MARKS, ANSWERS = Disclosure.score, Disclosure.marks, Disclosure.answers


def told(quiz: Quiz, attempts: Sequence[Attempt], scores: Sequence[Score]) -> Disclosure:
    return disclosure(quiz, attempts, scores, allowed=quiz.attempts, now=NOW)


@pytest.mark.parametrize("kind", ["module", "final"])
@pytest.mark.parametrize(
    ("limit", "attempts", "scores", "expected"),
    [
        (2, [SENT], [FAIL], MARKS),
        (2, [SENT], [PASS], ANSWERS),
        (2, [SENT] * 2, [FAIL] * 2, ANSWERS),
        (2, [SENT, OPEN], [FAIL], MARKS),
        (2, [SENT] * 2, [FAIL, PASS], ANSWERS),
        (3, [SENT] * 2, [FAIL] * 2, MARKS),
        (1, [SENT], [FAIL], ANSWERS),
        (None, [SENT] * 9, [FAIL] * 9, MARKS),
        (None, [SENT] * 9, [FAIL] * 8 + [PASS], ANSWERS),
    ],
)
def test_the_answers_wait_until_no_attempt_can_profit_from_them(
    kind: str,
    limit: int | None,
    attempts: Sequence[Attempt],
    scores: Sequence[Score],
    expected: Disclosure,
) -> None:
    quiz = a_quiz(kind=kind, attempts=limit, show_answers="when-passed")
    assert told(quiz, attempts, scores) is expected


@pytest.mark.parametrize(
    ("other_ended_after", "other_score", "allowed", "expected"),
    [
        (-1, FAIL, 2, ANSWERS),
        (-1, FAIL, 3, MARKS),
        (-1, PASS, 3, ANSWERS),
        (6, FAIL, 2, MARKS),
        (6, PASS, 2, MARKS),
    ],
)
def test_what_a_student_had_seen_before_a_late_answer(
    other_ended_after: int, other_score: Score, allowed: int, expected: Disclosure
) -> None:
    """It came five minutes after the end. What happened later was not known then."""
    own = an_attempt(submitted_at=NOW, score=FAIL)
    ended = NOW + timedelta(minutes=other_ended_after)
    other = an_attempt(number=2, submitted_at=ended, score=other_score)
    quiz = a_quiz(attempts=2, show_answers="when-passed")
    moment = NOW + timedelta(minutes=5)
    seen = disclosed_before(quiz, own, [own, other], allowed=allowed, moment=moment)
    assert seen is expected


@pytest.mark.parametrize("kind", ["module", "final"])
def test_an_author_may_show_them_after_each_attempt(kind: str) -> None:
    quiz = a_quiz(kind=kind, attempts=3, show_answers="after-each-attempt")
    assert told(quiz, [SENT], [FAIL]) is ANSWERS


@pytest.mark.parametrize(
    ("kind", "attempts", "scores", "expected"),
    [
        ("module", [SENT], [FAIL], ANSWERS),
        ("final", [SENT], [FAIL], SCORE),
        ("final", [SENT, OPEN], [FAIL], SCORE),
        ("final", [SENT], [PASS], ANSWERS),
        ("final", [SENT] * 3, [FAIL] * 3, ANSWERS),
    ],
)
def test_what_was_published_before_authors_could_choose_keeps_its_promise(
    kind: str, attempts: Sequence[Attempt], scores: Sequence[Score], expected: Disclosure
) -> None:
    quiz = a_quiz(kind=kind, attempts=3, show_answers=None)
    assert told(quiz, attempts, scores) is expected


@pytest.mark.parametrize(
    ("show", "kind", "allowed", "words"),
    [
        ("after-each-attempt", "final", 3, "are shown after each attempt."),
        (None, "module", 3, "are shown after each attempt."),
        (None, "final", None, "are shown after you have passed, or after your last attempt."),
        ("when-passed", "module", 1, "are shown after the attempt."),
        ("when-passed", "module", None, "follow as soon as you have passed."),
        (
            "when-passed",
            "final",
            3,
            "follow as soon as you have passed, or after your last attempt.",
        ),
    ],
)
def test_the_page_before_an_attempt_promises_what_is_decided_after_it(
    show: str | None, kind: str, allowed: int | None, words: str
) -> None:
    quiz = a_quiz(kind=kind, show_answers=show)
    promise = str(promise_of_answers(quiz, allowed))
    assert promise.endswith(words)
    tells_marks = told(a_quiz(kind=kind, show_answers=show), [SENT], [FAIL]) is MARKS
    assert ("which questions were right" in promise) is (tells_marks and allowed != 1)


@pytest.mark.parametrize(
    ("show", "left", "words"),
    [
        (None, 2, "after you have passed, or after your last attempt"),
        ("when-passed", None, "As soon as you have passed"),
        ("when-passed", 0, "When the attempt that is still open has ended"),
        ("when-passed", 2, "you have 2 left"),
    ],
)
def test_a_result_without_answers_says_when_they_come(
    show: str | None, left: int | None, words: str
) -> None:
    assert words in str(when_answers_come(a_quiz(kind="final", show_answers=show), left))


@pytest.mark.parametrize(
    ("used", "allowed", "expected"),
    [(1, 1, ANSWERS), (1, 2, MARKS), (2, 2, ANSWERS), (2, 3, MARKS), (9, None, MARKS)],
)
def test_one_more_attempt_that_is_allowed_hides_the_answers_until_it_has_ended(
    used: int, allowed: int | None, expected: Disclosure
) -> None:
    """What the student may do counts, not what the quiz gives everybody."""
    quiz = a_quiz(attempts=1)
    told_with = disclosure(quiz, [SENT] * used, [FAIL] * used, allowed=allowed, now=NOW)
    assert told_with is expected


@pytest.mark.parametrize(
    ("late", "at_time_out", "expected"),
    [
        (-1, AtTimeOut.submit, MARKS),
        (60, AtTimeOut.submit, ANSWERS),
        (60, AtTimeOut.abandon, ANSWERS),
        (60, AtTimeOut.grace, MARKS),
        (600, AtTimeOut.grace, ANSWERS),
    ],
)
def test_the_clock_ends_the_last_attempt_before_the_worker_does(
    late: int, at_time_out: AtTimeOut, expected: Disclosure
) -> None:
    """In the time of grace it can still be sent, so the answers wait."""
    last = an_attempt(
        due_at=NOW - timedelta(seconds=late),
        at_time_out=at_time_out,
        grace_minutes=5 if at_time_out is AtTimeOut.grace else None,
    )
    assert told(a_quiz(attempts=1), [last], []) is expected


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], None),
        ([FAIL], FAIL),
        ([Score(8, 10, False), Score(4, 10, True)], Score(4, 10, True)),
        ([Score(5, 8, False), Score(2, 3, False)], Score(2, 3, False)),
        ([Score(2, 3, False), Score(5, 8, False)], Score(2, 3, False)),
        ([Score(3, 4, True), Score(4, 5, True)], Score(4, 5, True)),
    ],
)
def test_the_best_score_is_a_pass_then_the_greatest_part_of_the_points(
    scores: Sequence[Score], expected: Score | None
) -> None:
    """A pass with fewer points is better than a failure with more, in which a question that must be right was
    wrong."""
    assert best(scores) == expected
