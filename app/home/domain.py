"""Which students need help, and why. No clock, no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import Message, msg, msgs

IDLE_AFTER = timedelta(days=14)
"""A student whose theory is incomplete needs help after so long without activity."""
TRIES_BEFORE_HELP = 2


class RiskReason(LabelledEnum):
    """Why a student needs help, the most serious reason first."""

    used_up = "used_up", msg("No attempt left")
    not_yet_competent = "not_yet_competent", msg("Not yet competent")
    not_passed = "not_passed", msg("Not passed yet")
    idle = "idle", msg("Gone quiet")


@dataclass(frozen=True, slots=True)
class Unpassed:
    """A quiz that was tried and not passed. `allowed` is the number of attempts that the student has, or
    None for no limit. `running` means that an attempt has not been submitted yet."""

    title: str
    attempts: int
    allowed: int | None
    running: bool = False
    key: str = ""

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
    """Why a student needs help, in words. `since` is when it began, if that is known. `quiz_key` is the
    quiz that it is about, if it is about one."""

    trouble: RiskReason
    words: Message
    since: datetime | None = None
    quiz_key: str = ""


def risk_of(studies: StudyState, now: datetime) -> RiskFinding | None:
    """Return the most serious reason why a student needs help, or None. One failed attempt is part
    of learning; two are a reason to talk. A student who has completed the theory waits for a
    practical and is not idle.
    """
    used_up = _worst(quiz for quiz in studies.unpassed if _is_used_up(quiz))
    if used_up is not None:
        return RiskFinding(RiskReason.used_up, _used_up(used_up), quiz_key=used_up.key)
    if studies.assessed_at is not None:
        words = msg("Assessed on {day:date}.", day=studies.assessed_at)
        return RiskFinding(RiskReason.not_yet_competent, words, studies.assessed_at)
    stuck = _worst(quiz for quiz in studies.unpassed if quiz.failed >= TRIES_BEFORE_HELP)
    if stuck is not None:
        words = msgs(
            "{n} attempt at “{quiz}”, not passed yet.",
            "{n} attempts at “{quiz}”, not passed yet.",
            stuck.failed,
            quiz=stuck.title,
        )
        return RiskFinding(RiskReason.not_passed, words, quiz_key=stuck.key)
    if not studies.is_theory_complete and now - studies.active_at >= IDLE_AFTER:
        words = msg("Nothing done since {day:date}.", day=studies.active_at)
        return RiskFinding(RiskReason.idle, words, studies.active_at)
    return None


def _used_up(quiz: Unpassed) -> Message:
    if quiz.allowed == 1:
        return msg("The only attempt at “{quiz}” is used.", quiz=quiz.title)
    return msgs(
        "All {n} attempts at “{quiz}” are used.",
        "All {n} attempts at “{quiz}” are used.",
        quiz.allowed or 0,
        quiz=quiz.title,
    )


def _is_used_up(quiz: Unpassed) -> bool:
    return quiz.allowed is not None and quiz.failed >= quiz.allowed


def _worst(quizzes: Iterable[Unpassed]) -> Unpassed | None:
    """Return the quiz that was tried most often."""
    return max(quizzes, key=lambda quiz: quiz.failed, default=None)
