"""Doors with other limits than the real ones, so that a test need not try hundreds of passwords."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import Any

from app.accounts import rate_limits
from app.accounts.rate_limits import Caps, GuessLimits
from app.db.rate_limits import Limit

WIDE_OPEN = 1_000_000


def a_door(
    door: GuessLimits | None = None,
    *,
    caller: int = WIDE_OPEN,
    first: dict[str, int] | None = None,
    again: dict[str, int] | None = None,
) -> GuessLimits:
    """Return the limits on guessing (by default those of passwords) with only these set:
    `again={"account": 4}`. All others are too high to be reached."""
    door = door or rate_limits.PASSWORD
    return replace(
        door,
        caller=_changed(door.caller, caller),
        first=_caps(door.first, first or {}),
        again=_caps(door.again, again or {}),
    )


def _caps(caps: Caps, most: dict[str, int]) -> Caps:
    values: dict[str, Any] = {"account": _changed(caps.account, most.get("account", WIDE_OPEN))}
    for name in ("network", "everybody"):
        limit: Limit | None = getattr(caps, name)
        values[name] = limit and replace(limit, most=most.get(name, WIDE_OPEN))
    return Caps(**values)


def _changed(limits: Iterable[Limit], most: int) -> tuple[Limit, ...]:
    """Set the first limit, that of the shortest period, to `most`, and the others too high to be
    reached."""
    return tuple(
        replace(limit, most=WIDE_OPEN if number else most)
        for number, limit in zip(count(), limits, strict=False)
    )
