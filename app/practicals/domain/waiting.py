"""Who gets a place that has become free."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.kit.ids import UserId, WaitingId
from app.practicals.domain.seats import Practical, PracticalsReason, is_takeable


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody who waits, in the order of `number`, and why they could not come now."""

    entry_id: WaitingId
    user_id: UserId
    number: int
    unmet: tuple[PracticalsReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Promotions:
    """`passed_over` are those before the last promoted one who could not come: the audit says why."""

    promoted: tuple[Waiter, ...]
    passed_over: tuple[Waiter, ...]


def freed(practical: Practical, now: datetime) -> int:
    """Return how many places go to those who wait when one more place of this practical is given back
    now: none outside the booking window, and none while the day stays over its number of places."""
    after = replace(practical, taken=practical.taken - 1)
    return after.free if is_takeable(after, now) else 0


def choose(free: int, waiters: Iterable[Waiter]) -> Promotions:
    """Give the free places to the first who can come, strictly in order."""
    promoted: list[Waiter] = []
    passed_over: list[Waiter] = []
    since: list[Waiter] = []
    for waiter in sorted(waiters, key=lambda waiter: waiter.number):
        if len(promoted) >= free:
            break
        if waiter.unmet:
            since.append(waiter)
        else:
            promoted.append(waiter)
            passed_over += since
            since = []
    return Promotions(tuple(promoted), tuple(passed_over))


def eligible_ahead(waiters: Iterable[Waiter], user_id: UserId) -> int:
    """Count the eligible people before this person; all of them, if this person is not waiting."""
    listed = list(waiters)
    mine = next((waiter.number for waiter in listed if waiter.user_id == user_id), None)
    return sum(
        not waiter.unmet and waiter.user_id != user_id and (mine is None or waiter.number < mine)
        for waiter in listed
    )
