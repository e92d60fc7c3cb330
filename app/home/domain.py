"""Which students need help, and why. No clock, no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

IDLE_AFTER = timedelta(days=14)
"""A student whose theory is incomplete needs help after so long without activity."""
TRIES_BEFORE_HELP = 2


class RiskReason(StrEnum):
    """Why a student needs help, the most serious reason first."""

    used_up = "No attempt left"
    not_yet_competent = "Not yet competent"
    not_passed = "Not passed yet"
    idle = "Quiet for two weeks"


@dataclass(frozen=True, slots=True)
class Unpassed:
    """A quiz that was tried and not passed. `allowed` is the number of attempts, or None for no
    limit. `running` means that an attempt has not been submitted yet."""

    title: str
    attempts: int
    allowed: int | None
    running: bool = False

    @property
    def failed(self) -> int:
        return self.attempts - self.running


@dataclass(frozen=True, slots=True)
class StudyState:
    """One student on one course. `active_at` is the time of their last activity, or the beginning
    of their place. `assessed_at` is the time at which their newest assessment ended as not yet
    competent, or None."""

    unpassed: tuple[Unpassed, ...]
    is_theory_complete: bool
    active_at: datetime
    assessed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RiskFinding:
    """Why a student needs help, in words. `since` adds a date if there is one."""

    trouble: RiskReason
    words: str
    since: datetime | None = None


def risk_of(studies: StudyState, now: datetime) -> RiskFinding | None:
    """Return the most serious reason why a student needs help, or None. One failed attempt is part
    of learning; two are a reason to talk. A student who has completed the theory waits for a
    practical and is not idle.
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
    """Return the quiz that was tried most often."""
    return max(quizzes, key=lambda quiz: quiz.failed, default=None)
