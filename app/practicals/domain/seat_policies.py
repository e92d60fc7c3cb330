"""The terms of a seat: what its holder may do until when. They are frozen when the seat is taken, so that a
later change of the practical takes nothing away that was promised."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.kit.messages import msg
from app.kit.stored_documents import DamagedDocument, DocumentKind, Step, upgraded
from app.practicals.domain.seats import Practical

SEAT_POLICIES: Final = DocumentKind(msg("the terms of a place"), msg("The terms of a place"))
NEWEST: Final = 1
_STEPS: Final[dict[int, Step]] = {}
TRANSFER_BEFORE = timedelta(hours=24)
"""How long before the start a seat can be passed on to another person."""
NAMING_BEFORE = timedelta(hours=72)
"""How long before the start the name of a seat without one has to be entered."""
MOVES = 2
"""How often a student moves a seat to another date without the office."""


@dataclass(frozen=True, slots=True)
class CancelStep:
    """Up to `minutes_before` the start, giving the seat back costs this share of its price."""

    minutes_before: int
    fee_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPolicy:
    """Deadlines are told in minutes before the start, so that they follow a practical that is moved. The
    steps of cancelling begin with the earliest deadline."""

    cancel_steps: tuple[CancelStep, ...]
    transfer_minutes_before: int
    naming_minutes_before: int
    moves: int

    def transfer_until(self, starts_at: datetime) -> datetime:
        """Return until when the seat can be passed on to another person."""
        return starts_at - timedelta(minutes=self.transfer_minutes_before)

    def naming_until(self, starts_at: datetime) -> datetime:
        """Return until when the name of a seat without one can be entered."""
        return starts_at - timedelta(minutes=self.naming_minutes_before)

    def fee_percent(self, starts_at: datetime, now: datetime) -> int | None:
        """Return the share of the price that giving the seat back now costs, or None once it is too late."""
        for step in self.cancel_steps:
            if now < starts_at - timedelta(minutes=step.minutes_before):
                return step.fee_percent
        return None


def policy_now(practical: Practical) -> SeatPolicy:
    """Return the terms of a seat that is taken now. Giving it back is free until the practical's deadline."""
    free_before = practical.starts_at - min(practical.cancel_until, practical.starts_at)
    return SeatPolicy(
        cancel_steps=(CancelStep(_minutes(free_before), 0),),
        transfer_minutes_before=_minutes(TRANSFER_BEFORE),
        naming_minutes_before=_minutes(NAMING_BEFORE),
        moves=MOVES,
    )


def stored_policy(policy: SeatPolicy) -> dict[str, Any]:
    """Return the terms as the document that is stored with a seat."""
    return {"version": NEWEST, **asdict(policy)}


def read_policy(document: Mapping[str, Any]) -> SeatPolicy:
    """Return the terms that are stored with a seat. Raises LaterVersionNeeded and DamagedDocument."""
    newest = upgraded(document, SEAT_POLICIES, newest=NEWEST, steps=_STEPS)
    try:
        return SeatPolicy(
            cancel_steps=tuple(
                CancelStep(int(step["minutes_before"]), int(step["fee_percent"]))
                for step in newest["cancel_steps"]
            ),
            transfer_minutes_before=int(newest["transfer_minutes_before"]),
            naming_minutes_before=int(newest["naming_minutes_before"]),
            moves=int(newest["moves"]),
        )
    except (KeyError, TypeError, ValueError):
        raise DamagedDocument(SEAT_POLICIES) from None


def policy_of(stored: Mapping[str, Any] | None, practical: Practical) -> SeatPolicy:
    """Return the terms of a seat; one that was taken before terms were stored has those of today."""
    return policy_now(practical) if stored is None else read_policy(stored)


def _minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)
