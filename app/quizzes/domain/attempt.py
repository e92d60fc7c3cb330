"""An attempt and its answers. Only the server's clock counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.kit.ids import AttemptId, RevisionId, UserId
from app.questions.contract import DrawnQuestion, Response
from app.quizzes.domain.transitions import (
    MARKED,
    RUNNING,
    AttemptClock,
    AttemptEvent,
    AttemptState,
    AtTimeOut,
    due_event,
    is_past,
    next_deadline,
    state_at,
)


@dataclass(frozen=True, slots=True)
class Score:
    """Points as whole numbers, so that rounding never decides who passed."""

    earned: int
    possible: int
    passed: bool

    @property
    def percent(self) -> int:
        """The percentage for display only, rounded down, so that 79.9 is never shown as 80."""
        return self.earned * 100 // self.possible


@dataclass(frozen=True, slots=True)
class QuestionMark:
    """The points of one question."""

    question_key: str
    earned: int
    possible: int

    @property
    def is_right(self) -> bool:
        return self.earned == self.possible

    @property
    def is_partial(self) -> bool:
        """Whether the answer earned a part of the points."""
        return 0 < self.earned < self.possible


class AnswerStanding(StrEnum):
    """What became of an answer that is neither simply in force nor simply late. `chosen`: the student chose
    it between several. `set_aside`: another device had saved a different one before. `unreadable`: it is kept
    as it was typed. `accepted`: staff accepted it although it was late."""

    chosen = "chosen"
    set_aside = "set_aside"
    unreadable = "unreadable"
    accepted = "accepted"


def may_count(standing: AnswerStanding | None, *, is_late: bool) -> bool:
    """Return whether an answer may count. Those that are set aside, unreadable or accepted are stored as late
    too, so that a version that does not know their standing does not count them."""
    if standing is None:
        return not is_late
    return standing in (AnswerStanding.chosen, AnswerStanding.accepted)


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """One answer as it was received; a later sequence replaces an earlier one. `type` is its question’s;
    None: a version stored it that did not name it. `typed` are the texts of one that cannot be read."""

    question_key: str
    sequence: int
    response: Response
    is_late: bool
    received_at: datetime
    type: str | None = None
    device: UUID | None = None
    made_from: int | None = None
    standing: AnswerStanding | None = None
    typed: tuple[str, ...] = ()

    @property
    def may_count(self) -> bool:
        return may_count(self.standing, is_late=self.is_late)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedAttempt:
    """What every view of an attempt holds: its stored state, and what the clock makes of it. `due_at` None:
    no time limit."""

    state: AttemptState
    due_at: datetime | None
    submitted_at: datetime | None
    at_time_out: AtTimeOut = AtTimeOut.submit
    grace_minutes: int | None = None

    @property
    def clock(self) -> AttemptClock:
        return AttemptClock(
            due_at=self.due_at, at_time_out=self.at_time_out, grace_minutes=self.grace_minutes
        )

    def state_at(self, now: datetime) -> AttemptState:
        """Return its state, even if that is not recorded yet."""
        return state_at(self.state, self.clock, now)

    def due_event(self, now: datetime) -> AttemptEvent | None:
        return due_event(self.state, self.clock, now)

    def has_ended(self, now: datetime) -> bool:
        return self.state_at(now) not in RUNNING

    def is_marked(self, now: datetime) -> bool:
        """Return whether it has a result, which may have to be marked first."""
        return self.state_at(now) in MARKED

    def ends_at(self, now: datetime) -> datetime | None:
        """Return until when the student can still act, or None without a limit or after the end."""
        return next_deadline(self.state_at(now), self.clock)

    def ended_at(self, now: datetime) -> datetime:
        """The time at which it ended, or would end if it is submitted now: at the latest the end of
        its time and of the grace after it, however late that is noticed."""
        if self.submitted_at is not None:
            return self.submitted_at
        last = self.clock.grace_ends_at or self.due_at
        return now if last is None else min(now, last)

    def time_ran_out(self, now: datetime) -> bool:
        """Return whether the end of its time ended it, or came before it was submitted."""
        return self.due_at is not None and self.ended_at(now) >= self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFacts(TimedAttempt):
    """One try at a quiz without its questions. `score` None: not marked yet. `given_back_seconds` is how much
    later than its limit it ends, because the academy gave time back."""

    id: AttemptId
    user_id: UserId
    course_key: str
    quiz_key: str
    revision_id: RevisionId
    number: int
    started_at: datetime
    score: Score | None
    given_back_seconds: int = 0

    @property
    def time_limit(self) -> timedelta | None:
        """How long it may take from its start, without the time that it got back; None without a limit."""
        if self.due_at is None:
            return None
        return self.due_at - self.started_at - timedelta(seconds=self.given_back_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(AttemptFacts):
    """An attempt with its drawn questions. `flags` are the keys of those to which the student wants to come
    back; only the pages of a running attempt read them."""

    drawn: tuple[DrawnQuestion, ...]
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSummary(TimedAttempt):
    """An attempt without its questions, for lists. `passed` is None until it is marked. `allowances` is how
    many more attempts the academy allowed this student at this quiz."""

    attempt_id: AttemptId
    course_key: str
    quiz_key: str
    revision_id: RevisionId
    number: int
    passed: bool | None
    allowances: int = 0


def counting(answers: Iterable[SavedAnswer], due_at: datetime | None) -> dict[str, SavedAnswer]:
    """Return the answer that counts for each question: the newest one that was received in time, or accepted
    although it was late. One that is set aside or cannot be read does not count."""
    newest: dict[str, SavedAnswer] = {}
    for answer in answers:
        is_accepted = answer.standing is AnswerStanding.accepted
        if not answer.may_count or (is_past(due_at, answer.received_at) and not is_accepted):
            continue
        current = newest.get(answer.question_key)
        if current is None or answer.sequence > current.sequence:
            newest[answer.question_key] = answer
    return newest
