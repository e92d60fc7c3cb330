"""The page of a quiz before an attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.courses.domain.delivery import Quiz
from app.enrolments import queries as enrolments
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.messages import Message
from app.learning import queries as learning
from app.quizzes import policy, queries
from app.quizzes.domain.allowing import attempts_allowed, attempts_left
from app.quizzes.domain.attempt import AttemptFacts, Score
from app.quizzes.domain.deadlines import time_limit
from app.quizzes.domain.exceptions import (
    AttemptExceptions,
    TimeGiven,
    combined,
    time_given,
    told_reasons,
)
from app.quizzes.domain.releasing import best, promise_of_answers
from app.quizzes.domain.starting import StartObstacle, StartReason, start_obstacle
from app.quizzes.domain.transitions import AttemptEvent, possible_events
from app.quizzes.exception_queries import given_at_quiz


@dataclass(frozen=True, slots=True)
class QuizStartPage:
    """What a student should know before an attempt. `attempts` are the earlier ones, in order."""

    course_key: str
    course_title: str
    quiz: Quiz
    obstacle: StartObstacle | None
    attempts: tuple[AttemptFacts, ...]
    attempts_allowed: int | None
    """Those of the quiz, and those that the academy allowed in addition. None: as many as wanted."""
    exceptions: AttemptExceptions
    reasons: tuple[str, ...]
    """Why the academy gave this student something, where it wants them to read it."""
    now: datetime
    language: str
    """The tag of the language in which the course is written."""
    picture: str | None
    """The address of the opening picture of its module."""

    @property
    def time_limit(self) -> timedelta | None:
        """How long an attempt of this student takes; None without a limit."""
        return time_limit(self.quiz, self.exceptions)

    @property
    def time_given(self) -> TimeGiven | None:
        """The time of an attempt, if the academy gives this student more than the quiz has."""
        return time_given(self.time_limit, self.quiz.minutes)

    @property
    def attempts_given(self) -> int:
        """How many attempts exceptions add; 0 where the quiz has no limit of them."""
        return 0 if self.attempts_allowed is None else self.exceptions.extra_attempts

    @property
    def is_given(self) -> bool:
        """Whether an exception makes a difference at this quiz."""
        window = self.exceptions.opens_at or self.exceptions.closes_at
        return bool(self.time_given or window or self.attempts_given)

    @property
    def open_until(self) -> datetime | None:
        """When the window of this student closes that is open now, or opens later; None without one."""
        closes_at = self.exceptions.closes_at
        return None if closes_at is None or closes_at <= self.now else closes_at

    @property
    def attempts_left(self) -> int | None:
        return attempts_left(self.attempts_allowed, len(self.attempts))

    @property
    def promise_of_answers(self) -> Message:
        return promise_of_answers(self.quiz, self.attempts_allowed)

    @property
    def open_attempt(self) -> AttemptFacts | None:
        return None if self.obstacle is None else self.obstacle.open_attempt

    @property
    def may_only_send(self) -> bool:
        """Whether the time of the open attempt is over, and it can still be sent."""
        attempt = self.open_attempt
        return attempt is not None and AttemptEvent.save not in possible_events(
            attempt.state_at(self.now)
        )

    @property
    def ended(self) -> tuple[AttemptFacts, ...]:
        return tuple(attempt for attempt in self.attempts if attempt.has_ended(self.now))

    @property
    def is_locked(self) -> bool:
        return self.obstacle is not None and self.obstacle.refusal.reason == StartReason.locked

    @property
    def best(self) -> Score | None:
        """The score that counts, of the attempts that are marked."""
        return best([attempt.score for attempt in self.attempts if attempt.score is not None])


def start_page(
    db: Session, actor: Actor, course_key: str, quiz_key: str, *, now: datetime
) -> QuizStartPage:
    """Return the page before an attempt. Raise NotFound without a place on the course."""
    place = enrolments.place_on(db, actor.user_id, course_key)
    if place is None or not policy.may_take_quizzes(actor):
        raise NotFound
    published = courses.revision(db, place.revision_id)
    course = published.course
    quiz = course.quiz(quiz_key)
    if quiz is None:
        raise NotFound
    done = learning.done_by(db, actor.user_id, course_key)
    attempts = queries.attempts_at(db, actor.user_id, course_key, quiz_key)
    academy_gave = given_at_quiz(db, actor.user_id, course_key, quiz_key)
    exceptions = combined(academy_gave.exceptions, quiz.minutes)
    return QuizStartPage(
        course_key=course_key,
        course_title=course.title,
        quiz=quiz,
        obstacle=start_obstacle(
            course,
            quiz,
            done,
            attempts,
            allowances=academy_gave.allowances,
            exceptions=exceptions,
            now=now,
        ),
        attempts=attempts,
        attempts_allowed=attempts_allowed(
            quiz.attempts, academy_gave.allowances + exceptions.extra_attempts
        ),
        exceptions=exceptions,
        reasons=told_reasons(academy_gave.exceptions),
        now=now,
        language=published.language,
        picture=course.quiz_picture(quiz_key),
    )
