"""An attempt and its state at a given time. Only the server's clock counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kit.ids import AttemptId, RevisionId, UserId
from app.questions.contract import DrawnQuestion, Response

GRACE = timedelta(seconds=10)
"""How long after the end an answer may still arrive, because sending takes time."""


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


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """One answer as it was received; a later sequence replaces an earlier one. `type` is its question’s;
    None: a version stored it that did not name it."""

    question_key: str
    sequence: int
    response: Response
    is_late: bool
    received_at: datetime
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFacts:
    """One try at a quiz without its questions. `due_at` None: no time limit. `score` None: not marked yet."""

    id: AttemptId
    user_id: UserId
    course_key: str
    quiz_key: str
    revision_id: RevisionId
    number: int
    started_at: datetime
    due_at: datetime | None
    submitted_at: datetime | None
    score: Score | None

    def has_ended(self, now: datetime) -> bool:
        return has_ended(self.submitted_at, self.due_at, now)

    def ended_at(self, now: datetime) -> datetime:
        """The time at which it ended, or would end if it is submitted now: at the latest the end of
        the time limit, however late that is noticed."""
        if self.submitted_at is not None:
            return self.submitted_at
        return now if self.due_at is None else min(now, self.due_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(AttemptFacts):
    """An attempt with its drawn questions."""

    drawn: tuple[DrawnQuestion, ...]


@dataclass(frozen=True, slots=True)
class AttemptSummary:
    """An attempt without its questions, for lists. `passed` is None until it is marked. `allowances` is how
    many more attempts the academy allowed this student at this quiz."""

    attempt_id: AttemptId
    course_key: str
    quiz_key: str
    revision_id: RevisionId
    number: int
    due_at: datetime | None
    submitted_at: datetime | None
    passed: bool | None
    allowances: int = 0

    def has_ended(self, now: datetime) -> bool:
        return has_ended(self.submitted_at, self.due_at, now)


def has_ended(submitted_at: datetime | None, due_at: datetime | None, now: datetime) -> bool:
    """Whether it is submitted or its time is over, even if that is not recorded yet."""
    return submitted_at is not None or is_past(due_at, now)


def is_past(due_at: datetime | None, received_at: datetime) -> bool:
    """Return whether something received at this time is too late: more than 10 s after the end."""
    return due_at is not None and received_at > due_at + GRACE


def counting(answers: Iterable[SavedAnswer], due_at: datetime | None) -> dict[str, SavedAnswer]:
    """Return the answer that counts for each question: the newest one received in time."""
    newest: dict[str, SavedAnswer] = {}
    for answer in answers:
        if answer.is_late or is_past(due_at, answer.received_at):
            continue
        current = newest.get(answer.question_key)
        if current is None or answer.sequence > current.sequence:
            newest[answer.question_key] = answer
    return newest
