"""What a student is told of an ended attempt, and when the keys and explanations may be shown (R-050)."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from app.courses.domain.delivery import Quiz
from app.kit.messages import Message, msg, msgs
from app.quizzes.domain.allowing import attempts_left
from app.quizzes.domain.attempt import AttemptFacts, Score


class Disclosure(StrEnum):
    """What a student is told of an ended attempt. Each tells more than the one before it."""

    score = "score"
    """The points of the attempt, and nothing of single questions."""
    marks = "marks"
    """Also which questions were right, and the sections that teach the others. No key, no explanation, and no
    points of a single question: part of its points would say how much of the answer was right."""
    answers = "answers"
    """Also the right answers with their explanations."""


def shows_answers_each_time(quiz: Quiz) -> bool:
    """Return whether the right answers of each attempt are shown when it ends. A quiz that was published
    before authors could choose keeps what its pages promised: a module's quiz showed them after each
    attempt, the final test did not."""
    if quiz.show_answers is None:
        return quiz.kind == "module"
    return quiz.show_answers == "after-each-attempt"


def tells_marks_before_answers(quiz: Quiz) -> bool:
    """Return whether students learn which questions were wrong before they see the right answers. The final
    tests that were published before authors could choose told only the score."""
    return quiz.show_answers is not None


def disclosure(
    quiz: Quiz,
    attempts: Sequence[AttemptFacts],
    scores: Sequence[Score],
    *,
    allowed: int | None,
    now: datetime,
) -> Disclosure:
    """Return what the student may see of their ended attempts at a quiz.

    Unless its author says otherwise, the right answers are shown only after the quiz is passed or no attempt
    is left, so that one attempt does not give away the next. One more attempt that the academy allowed hides
    them again until it has ended. `attempts` are all attempts of this student at this quiz, `scores` those of
    the ended ones, and `allowed` is how many they have in all by the course revision in which they start the
    next, which need not be that of the quiz; None: any number.
    """
    if shows_answers_each_time(quiz) or any(score.passed for score in scores):
        return Disclosure.answers
    used = sum(attempt.has_ended(now) for attempt in attempts)
    if attempts_left(allowed, used) == 0:
        return Disclosure.answers
    return Disclosure.marks if tells_marks_before_answers(quiz) else Disclosure.score


def disclosed_before(
    quiz: Quiz,
    own: AttemptFacts,
    attempts: Sequence[AttemptFacts],
    *,
    allowed: int | None,
    moment: datetime,
) -> Disclosure:
    """Return what the student could see of an ended attempt, their `own`, when something of theirs came after
    its end. `attempts` are all of theirs at this quiz; those that ended later are left out. `allowed` is how
    many they had in all at that moment."""
    ended = [
        each
        for each in attempts
        if each.id == own.id or (each.has_ended(moment) and each.ended_at(moment) <= moment)
    ]
    scores = [each.score for each in ended if each.score is not None]
    return disclosure(quiz, ended, scores, allowed=allowed, now=moment)


def promise_of_answers(quiz: Quiz, allowed: int | None) -> Message:
    """Return what the page before an attempt says of the right answers. `allowed` is how many attempts the
    student has in all; None: any number."""
    if shows_answers_each_time(quiz):
        return msg("The right answers with their reasons are shown after each attempt.")
    if not tells_marks_before_answers(quiz):
        return msg(
            "The right answers with their reasons are shown after you have passed, or after your last "
            "attempt."
        )
    if allowed is None:
        return msg(
            "After each attempt you see which questions were right and what to read again. The right answers "
            "with their reasons follow as soon as you have passed."
        )
    if allowed == 1:
        return msg("The right answers with their reasons are shown after the attempt.")
    return msg(
        "After each attempt you see which questions were right and what to read again. The right answers "
        "with their reasons follow as soon as you have passed, or after your last attempt."
    )


def when_answers_come(quiz: Quiz, left: int | None) -> Message:
    """Return what the result of an attempt says while the right answers are not shown. `left` is how many
    more attempts may be started; None: any number."""
    if not tells_marks_before_answers(quiz):
        return msg(
            "You see the right answers with their reasons after you have passed, or after your last attempt."
        )
    if left is None:
        return msg(
            "As soon as you have passed, you see every right answer here, with its reason. Until then, what "
            "you read again is yours."
        )
    if left == 0:
        return msg(
            "When the attempt that is still open has ended, you see every right answer here, with its reason."
        )
    return msgs(
        "As soon as you have passed, you see every right answer here, with its reason – or after your last "
        "attempt, if it comes to that; you have {n} left.",
        "As soon as you have passed, you see every right answer here, with its reason – or after your last "
        "attempt, if it comes to that; you have {n} left.",
        left,
    )


def best(scores: Sequence[Score]) -> Score | None:
    """Return the best score. Scores are compared exactly, because the possible points may differ."""
    return max(
        scores,
        key=lambda score: (score.passed, Fraction(score.earned, score.possible)),
        default=None,
    )
