"""Which of the copies in a folder are kept: a rule over days, weeks and months."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeepRule:
    """Keep the newest copy of each of so many days, ISO weeks and months that have one. The newest copy of
    all is always kept."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


def kept(moments: Iterable[datetime], rule: KeepRule) -> frozenset[datetime]:
    """Return which copies are kept, by the moments at which they were made."""
    newest_first = sorted(set(moments), reverse=True)
    return frozenset(
        (
            *newest_first[:1],
            *_newest_of_each(newest_first, lambda moment: moment.date())[: rule.daily],
            *_newest_of_each(newest_first, lambda moment: moment.isocalendar()[:2])[: rule.weekly],
            *_newest_of_each(newest_first, lambda moment: (moment.year, moment.month))[
                : rule.monthly
            ],
        )
    )


def _newest_of_each(
    newest_first: list[datetime], period: Callable[[datetime], Hashable]
) -> list[datetime]:
    """Return the newest moment of each period, the newest period first."""
    newest: dict[Hashable, datetime] = {}
    for moment in newest_first:
        newest.setdefault(period(moment), moment)
    return list(newest.values())
