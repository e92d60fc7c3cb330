"""Who of an instructor's students needs help, and why. No clock, no database: pass in what they need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

IDLE_AFTER = timedelta(days=14)
"""How long a student whose theory is not complete may do nothing before somebody asks."""
TRIES_BEFORE_HELP = 2


class RiskReason(StrEnum):
    """Why somebody needs help, what stops them most first."""

    used_up = "No attempt left"
    not_yet_competent = "Not yet competent"
    not_passed = "Not passed yet"
    idle = "Quiet for two weeks"


@dataclass(frozen=True, slots=True)
class Unpassed:
    """A quiz that was tried and not passed. `allowed` None: as often as wanted. `running`: an attempt
    has not been sent yet."""

    title: str
    attempts: int
    allowed: int | None
    running: bool = False

    @property
    def failed(self) -> int:
        return self.attempts - self.running


@dataclass(frozen=True, slots=True)
class StudyState:
    """One student on one course. `active_at` is when they last did anything, or since when they could;
    `assessed_at` when their newest assessment ended as not yet competent, None when it did not."""

    unpassed: tuple[Unpassed, ...]
    is_theory_complete: bool
    active_at: datetime
    assessed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RiskFinding:
    """Why somebody needs help, in words. `since` completes them where a day belongs to it."""

    trouble: RiskReason
    words: str
    since: datetime | None = None


def risk_of(studies: StudyState, now: datetime) -> RiskFinding | None:
    """Return what stops a student most, or None while nobody need step in.

    One missed attempt is learning; two are a reason to talk. Who has completed the theory waits for a
    practical day and is not idle.
    """
    used_up = _worst(quiz for quiz in studies.unpassed if _is_used_up(quiz))
    if used_up is not None:
        count = "The only attempt" if used_up.allowed == 1 else f"All {used_up.allowed} attempts"
        verb = "is" if used_up.allowed == 1 else "are"
        return RiskFinding(RiskReason.used_up, f"{count} at “{used_up.title}” {verb} used.")
    if studies.assessed_at is not None:
        return RiskFinding(RiskReason.not_yet_competent, "Assessed on", studies.assessed_at)
    stuck = _worst(quiz for quiz in studies.unpassed if quiz.failed >= TRIES_BEFORE_HELP)
    if stuck is not None:
        return RiskFinding(
            RiskReason.not_passed, f"{stuck.failed} attempts at “{stuck.title}”, not passed yet."
        )
    if not studies.is_theory_complete and now - studies.active_at >= IDLE_AFTER:
        return RiskFinding(RiskReason.idle, "Nothing done since", studies.active_at)
    return None


def _is_used_up(quiz: Unpassed) -> bool:
    return quiz.allowed is not None and quiz.failed >= quiz.allowed


def _worst(quizzes: Iterable[Unpassed]) -> Unpassed | None:
    """The quiz that was tried most often."""
    return max(quizzes, key=lambda quiz: quiz.failed, default=None)
