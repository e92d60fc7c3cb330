"""Several days that are planned at once, like a day that is there: which days a repetition means, and what
speaks against each of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from app.kit.messages import Message
from app.practicals.domain.clashes import Clash
from app.practicals.domain.plan import Plan

MOST_DAYS: Final = 60
"""How many days can be planned at once: more than a year of Saturdays."""
WEEK: Final = timedelta(weeks=1)


def weekly_days(
    source: date,
    today: date,
    *,
    weekday: int,
    every: int,
    number: int | None = None,
    until: date | None = None,
) -> tuple[date, ...]:
    """Return the days on a weekday (Monday is 0) in every n-th week, after the day that is repeated and
    after today. On the weekday of that day they begin n weeks later, on another weekday with the next one.
    There are `number` of them, and none after `until`; without either, and for more, MOST_DAYS + 1."""
    day = source + (timedelta((weekday - source.weekday()) % 7) or every * WEEK)
    days: list[date] = []
    most = MOST_DAYS + 1 if number is None else min(number, MOST_DAYS + 1)
    while len(days) < most and (until is None or day <= until):
        if day > today:
            days.append(day)
        day += every * WEEK
    return tuple(days)


@dataclass(frozen=True, slots=True)
class DatedPlan:
    """The plan of one day of a series. `plan` is None on a day that does not have these times; `problem`
    says why."""

    day: date
    plan: Plan | None
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class SeriesDay:
    """One day of a series, and what speaks against it. With a `problem` it cannot be planned; with anything
    else it can, if an admin wants it all the same. `is_planned`: another day of the kind begins then."""

    day: date
    plan: Plan | None
    problem: Message | None = None
    holiday: str | None = None
    is_planned: bool = False
    clashes: tuple[Clash, ...] = ()

    @property
    def is_proposed(self) -> bool:
        """Whether nothing speaks against the day."""
        return not (self.problem or self.holiday or self.is_planned or self.clashes)

    @property
    def objections(self) -> str:
        """What other days speak against this one, as a short text that changes with them; empty without
        any. An admin accepts exactly what they saw."""
        parts = sorted(
            f"{clash.doubled} {clash.who} {clash.day.practical_id}" for clash in self.clashes
        )
        if self.is_planned:
            parts.append("planned")
        return sha256("\n".join(parts).encode()).hexdigest()[:16] if parts else ""


@dataclass(frozen=True, slots=True)
class SeriesChoice:
    """A day that an admin has ticked, and the objections that they saw."""

    planned: DatedPlan
    seen: str = ""
