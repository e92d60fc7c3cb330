"""Who gets a free place from the waiting list."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.kit.ids import UserId, WaitingId
from app.kit.messages import Message
from app.practicals.domain.seats import Practical, is_takeable
from app.practicals.domain.states import WaitingPolicy


@dataclass(frozen=True, slots=True)
class Waiter:
    """A person on the waiting list, in the order of `number`, with the reasons why they could not
    come now."""

    entry_id: WaitingId
    user_id: UserId
    number: int
    unmet: tuple[Message, ...] = ()
    policy: WaitingPolicy = WaitingPolicy.auto


@dataclass(frozen=True, slots=True)
class Promotions:
    """The people who get a place. `passed_over` are the people before the last of them who could
    not come; the audit trail records why."""

    promoted: tuple[Waiter, ...]
    passed_over: tuple[Waiter, ...]


def freed(practical: Practical, now: datetime) -> int:
    """Return how many places go to the waiting list if one more place is given up now: none outside
    the booking window, and none while the practical has more people than places."""
    after = replace(practical, taken=practical.taken - 1)
    return after.free if is_takeable(after, now) else 0


def choose(free: int, waiters: Iterable[Waiter]) -> Promotions:
    """Give the free places to the first people who can come, strictly in order."""
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
