"""Reads the data of every feature about one person, for admins."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.queries import PersonStory
from app.assessments import queries as assessments
from app.assessments.queries import Report
from app.certificates import queries as certificates
from app.certificates.queries import OwnCertificates
from app.certificates.signing import KnownKeys
from app.courses import queries as courses
from app.enrolments.own_places import OwnPlace, own_places
from app.kit.actor import Actor
from app.kit.ids import UserId
from app.learning import queries as learning
from app.learning.way import Way
from app.learning.way_reading import ways_on
from app.practicals.queries import summaries
from app.practicals.queries.summaries import SeatSummary
from app.quizzes import queries as quizzes
from app.quizzes.allowance_queries import live_allowances_of
from app.quizzes.domain.allowing import attempts_allowed, attempts_left
from app.quizzes.domain.attempt import AttemptFacts


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One attempt at a quiz. `earned` is None until it is submitted."""

    number: int
    started_at: datetime
    earned: int | None
    possible: int | None
    is_passed: bool


@dataclass(frozen=True, slots=True)
class QuizStory:
    """A person's attempts at one quiz, the first attempt first. `allowed` is how many they have, None for no
    limit."""

    course_key: str
    quiz_key: str
    title: str
    attempts: tuple[AttemptLine, ...]
    allowed: int | None

    @property
    def is_passed(self) -> bool:
        return any(attempt.is_passed for attempt in self.attempts)

    @property
    def is_used_up(self) -> bool:
        """Whether no attempt is left and none is running, so that staff may allow one more."""
        is_running = any(attempt.earned is None for attempt in self.attempts)
        left = attempts_left(self.allowed, len(self.attempts))
        return left == 0 and not self.is_passed and not is_running

    @property
    def last_at(self) -> datetime:
        return self.attempts[-1].started_at


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """What every feature except accounts knows about a person."""

    places: tuple[OwnPlace, ...]
    ways: tuple[Way, ...]
    quizzes: tuple[QuizStory, ...]
    seats: tuple[SeatSummary, ...]
    reports: tuple[Report, ...]
    own: OwnCertificates


def person_page(
    db: Session, actor: Actor, person_id: UserId, keys: KnownKeys, *, zone: str, now: datetime
) -> tuple[PersonStory, LearnerRecord]:
    """Return everything about one person. `accounts.person_story` checks the permission."""
    story = accounts.person_story(db, actor, person_id, now=now)
    return story, LearnerRecord(
        own_places(db, person_id, today=now.astimezone(ZoneInfo(zone)).date(), now=now),
        _ways(db, person_id),
        _quizzes(db, person_id),
        summaries.seats_of(db, person_id),
        assessments.reports_of(db, person_id),
        certificates.own_page(db, person_id, keys),
    )


def _ways(db: Session, person_id: UserId) -> tuple[Way, ...]:
    standings = learning.standings_of(db, person_id)
    return tuple(ways_on(db, person_id, standings).values()) if standings else ()


def _quizzes(db: Session, person_id: UserId) -> tuple[QuizStory, ...]:
    """Return the quizzes that were tried, the most recent first."""
    attempts_by_quiz: dict[tuple[str, str], list[AttemptFacts]] = {}
    for attempt in quizzes.attempts_of(db, person_id):
        attempts_by_quiz.setdefault((attempt.course_key, attempt.quiz_key), []).append(attempt)
    allowances = live_allowances_of(db, person_id) if attempts_by_quiz else {}
    return tuple(
        _story(db, attempts, allowances.get(at, 0)) for at, attempts in attempts_by_quiz.items()
    )


def _story(db: Session, attempts: list[AttemptFacts], allowances: int) -> QuizStory:
    """`attempts` has the newest first."""
    newest = attempts[0]
    published = courses.readable(db, newest.revision_id)
    quiz = published.course.quiz(newest.quiz_key) if published else None
    return QuizStory(
        newest.course_key,
        newest.quiz_key,
        quiz.title if quiz else newest.quiz_key,
        tuple(_line(each_attempt) for each_attempt in reversed(attempts)),
        attempts_allowed(quiz.attempts, allowances) if quiz else None,
    )


def _line(attempt: AttemptFacts) -> AttemptLine:
    score = attempt.score
    return AttemptLine(
        attempt.number,
        attempt.started_at,
        score.earned if score else None,
        score.possible if score else None,
        bool(score and score.passed),
    )
