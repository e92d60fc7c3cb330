"""Until when a place of the waiting list is offered to one person. It is kept for them meanwhile."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.kit.messages import msg
from app.practicals.domain.seats import Practical
from app.practicals.domain.states import WaitingPolicy
from app.practicals.domain.waiting import Waiter

LONG_BEFORE: Final = timedelta(days=7)
SHORTLY_BEFORE: Final = timedelta(hours=48)
TIME_LONG_BEFORE: Final = timedelta(hours=24)
TIME_BEFORE: Final = timedelta(hours=8)
TIME_SHORTLY_BEFORE: Final = timedelta(hours=2)
NIGHT_BEGINS, NIGHT_ENDS = time(21), time(8)
"""No offer ends at night: people sleep, and have not read their mails."""
LAST_ANSWER: Final = timedelta(hours=6)
"""An offer is answered at least so long before the practical starts; after that the office phones people."""
TO_BE_PHONED: Final = msg("There was no time left to wait for an answer to an offer by e-mail.")


def time_to_answer(lead: timedelta) -> timedelta:
    """Return how long a person has to answer an offer that is made so long before the practical starts."""
    if lead > LONG_BEFORE:
        return TIME_LONG_BEFORE
    return TIME_BEFORE if lead >= SHORTLY_BEFORE else TIME_SHORTLY_BEFORE


def offer_deadline(practical: Practical, now: datetime) -> datetime | None:
    """Return when an offer that is made now lapses, or None if it would come too late: then the office
    phones the people who wait."""
    answer = time_to_answer(practical.starts_at - now)
    deadline = out_of_the_night(now + answer, practical.zone)
    is_late = deadline > practical.starts_at - LAST_ANSWER
    return None if is_late or deadline > practical.booking_closes_at else deadline


def out_of_the_night(moment: datetime, zone: str) -> datetime:
    """Return this moment, or the end of the night at the venue in which it falls."""
    there = moment.astimezone(ZoneInfo(zone))
    if NIGHT_ENDS <= there.time() < NIGHT_BEGINS:
        return moment
    day = there.date() + timedelta(days=there.time() >= NIGHT_BEGINS)
    return datetime.combine(day, NIGHT_ENDS, there.tzinfo).astimezone(UTC)


def in_time_to_answer(waiters: Iterable[Waiter], deadline: datetime | None) -> list[Waiter]:
    """Return these people; without a deadline for an offer, who waits for one cannot get a place now, and
    the reason says so."""
    if deadline is not None:
        return list(waiters)
    return [
        replace(waiter, unmet=(*waiter.unmet, TO_BE_PHONED))
        if waiter.policy is WaitingPolicy.offer
        else waiter
        for waiter in waiters
    ]
