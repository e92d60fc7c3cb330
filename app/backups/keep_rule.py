"""Which copies in a folder are kept: a number of days, weeks and months."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class KeepRule:
    """Keep the newest copy of each of the last `daily` days, `weekly` ISO weeks and `monthly` months
    that have a copy, in UTC. The newest copy of all is always kept."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


def moments_to_keep(
    moments: Iterable[datetime], rule: KeepRule, *, now: datetime
) -> frozenset[datetime]:
    """Return which copies are kept, by the moments at which they were made.

    A copy from the future means that the clock was wrong then or is wrong now. It is kept but
    counts for no day, so that it does not displace a copy with the right time.
    """
    all_of_them = {moment: moment.astimezone(UTC) for moment in moments}
    ahead = [moment for moment in all_of_them if moment > now]
    past = sorted((moment for moment in all_of_them if moment <= now), reverse=True)

    def newest_of_each(period: Callable[[datetime], Hashable], count: int) -> list[datetime]:
        newest: dict[Hashable, datetime] = {}
        for moment in past:
            newest.setdefault(period(all_of_them[moment]), moment)
        return list(newest.values())[:count]

    return frozenset(
        (
            *ahead,
            *past[:1],
            *newest_of_each(lambda moment: moment.date(), rule.daily),
            *newest_of_each(lambda moment: moment.isocalendar()[:2], rule.weekly),
            *newest_of_each(lambda moment: (moment.year, moment.month), rule.monthly),
        )
    )
