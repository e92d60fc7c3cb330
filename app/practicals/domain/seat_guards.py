"""The guards of the table of seats. Each returns every reason against its row, or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.kit.errors import Refusal
from app.practicals.domain import refusals, seat_refusals
from app.practicals.domain.holds import MOST_HOLDS
from app.practicals.domain.lost_rights import lost_right
from app.practicals.domain.refusals import PracticalsReason
from app.practicals.domain.seat_policies import SeatPolicy
from app.practicals.domain.seats import (
    Attendance,
    EligibilityFacts,
    Practical,
    booking_refusal,
    cancel_refusal,
    coming_refusal,
    group_refusal,
    promotion_refusal,
    reservation_refusal,
    waiting_refusal,
)

GRACE = timedelta(seconds=10)
"""How long after a deadline an answer still counts, because sending takes time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatStanding:
    """What the guards need to know of a seat. `until` is when its holder can no longer give it back.
    `deadline_at` is when a hold or an offer lapses, and `is_extended` that the time of a hold was made longer
    already. `moves` counts how often it was moved already."""

    until: datetime
    policy: SeatPolicy
    attendance: Attendance | None = None
    is_named: bool = True
    deadline_at: datetime | None = None
    is_extended: bool = False
    moves: int = 0
    waived: frozenset[PracticalsReason] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatFacts:
    """What the guards need to know, read after the practical was locked. A rule that needs `person` or
    `seat` raises ValueError without it. `person` is who has, or is to have, the seat. `override`: the
    office sets rules aside, with a reason. `by_office`: it acts for a student, whose deadlines and limits do
    not bind it. `places` and `ahead` belong to a group: how many seats it wants, and how many eligible
    people wait before it. `held` counts the places that are kept for this person on other dates. `is_agreed`:
    the other person agrees to take the seat."""

    practical: Practical
    now: datetime
    person: EligibilityFacts | None = None
    seat: SeatStanding | None = None
    override: bool = False
    by_office: bool = False
    places: int = 1
    ahead: int = 0
    held: int = 0
    is_agreed: bool = False

    @property
    def somebody(self) -> EligibilityFacts:
        """The facts about the person; raises ValueError without them."""
        if self.person is None:
            raise ValueError("person")
        return self.person

    @property
    def standing(self) -> SeatStanding:
        """The facts about the seat; raises ValueError without them."""
        if self.seat is None:
            raise ValueError("seat")
        return self.seat


Guard = Callable[[SeatFacts], tuple[Refusal, ...]]


def may_book(facts: SeatFacts) -> tuple[Refusal, ...]:
    """A free place, inside the booking window, for somebody eligible whom nobody precedes."""
    return booking_refusal(facts.practical, facts.somebody, facts.now)


def may_wait(facts: SeatFacts) -> tuple[Refusal, ...]:
    """No free place, and not on the list yet."""
    return waiting_refusal(facts.practical, facts.somebody, facts.now)


def may_be_reserved(facts: SeatFacts) -> tuple[Refusal, ...]:
    """The office may set most rules aside."""
    return reservation_refusal(facts.practical, facts.somebody, facts.now, override=facts.override)


def group_may_be_reserved(facts: SeatFacts) -> tuple[Refusal, ...]:
    """Enough places for seats without names."""
    return group_refusal(
        facts.practical, facts.places, facts.ahead, facts.now, override=facts.override
    )


def may_be_promoted(facts: SeatFacts) -> tuple[Refusal, ...]:
    """A free place, inside the booking window, for somebody eligible. Who comes first is the list's rule."""
    return promotion_refusal(facts.practical, facts.somebody, facts.now)


def may_come(facts: SeatFacts) -> tuple[Refusal, ...]:
    """The person is eligible now, whatever they were when the place was kept for them."""
    return coming_refusal(facts.practical, facts.somebody, facts.now)


def in_time(facts: SeatFacts) -> tuple[Refusal, ...]:
    """The hold or offer has not lapsed."""
    return (seat_refusals.LAPSED,) if has_lapsed(facts.standing.deadline_at, facts.now) else ()


def has_run_out(facts: SeatFacts) -> tuple[Refusal, ...]:
    """The hold or offer has lapsed."""
    lapsed = has_lapsed(facts.standing.deadline_at, facts.now)
    return () if lapsed else (seat_refusals.NOT_LAPSED,)


def waits_for_nothing(facts: SeatFacts) -> tuple[Refusal, ...]:
    """The person is not on the waiting list of this practical: its next place would be theirs as well."""
    return (refusals.ALREADY_WAITING,) if facts.somebody.is_waiting else ()


def has_a_hold_left(facts: SeatFacts) -> tuple[Refusal, ...]:
    """Fewer places are kept for the person on other dates than anybody may have."""
    return (seat_refusals.HOLDS_USED,) if facts.held >= MOST_HOLDS else ()


def not_extended(facts: SeatFacts) -> tuple[Refusal, ...]:
    """The time of the hold was not made longer before."""
    return (seat_refusals.EXTENDED,) if facts.standing.is_extended else ()


def has_no_name(facts: SeatFacts) -> tuple[Refusal, ...]:
    """Nobody is named for the seat."""
    return (seat_refusals.HAS_A_NAME,) if facts.standing.is_named else ()


def has_a_name(facts: SeatFacts) -> tuple[Refusal, ...]:
    """Somebody is named for the seat."""
    return () if facts.standing.is_named else (seat_refusals.HAS_NO_NAME,)


def holds_none_here(facts: SeatFacts) -> tuple[Refusal, ...]:
    """The person who is to have the seat has no other one on this practical."""
    return (refusals.HAS_A_PLACE,) if facts.somebody.has_seat else ()


def may_still_be_named(facts: SeatFacts) -> tuple[Refusal, ...]:
    """Before the deadline for names; it does not bind the office."""
    until = facts.standing.policy.naming_until(facts.practical.starts_at)
    if facts.override or facts.now < until:
        return ()
    return (seat_refusals.naming_over(until, facts.practical.zone),)


def may_no_longer_be_named(facts: SeatFacts) -> tuple[Refusal, ...]:
    """The deadline for names has passed."""
    until = facts.standing.policy.naming_until(facts.practical.starts_at)
    if facts.now >= until:
        return ()
    return (seat_refusals.naming_open(until, facts.practical.zone),)


def may_be_passed_on(facts: SeatFacts) -> tuple[Refusal, ...]:
    """Before the deadline of passing on, which does not bind the office, and the other person agrees."""
    until = facts.standing.policy.transfer_until(facts.practical.starts_at)
    if not facts.override and facts.now >= until:
        return (seat_refusals.transfer_over(until, facts.practical.zone),)
    return () if facts.is_agreed else (seat_refusals.NOT_AGREED,)


def may_leave(facts: SeatFacts) -> tuple[Refusal, ...]:
    """Before the deadline of giving back."""
    unmet = cancel_refusal(facts.practical, facts.standing.until, facts.now)
    return (unmet,) if unmet else ()


def may_move(facts: SeatFacts) -> tuple[Refusal, ...]:
    """Before the deadline of giving back, and not more often than agreed; neither binds the office."""
    if facts.by_office:
        return not_begun(facts)
    if unmet := may_leave(facts):
        return unmet
    moves = facts.standing.policy.moves
    return (seat_refusals.moves_used(moves),) if facts.standing.moves >= moves else ()


def may_take_the_other(facts: SeatFacts) -> tuple[Refusal, ...]:
    """A place on the date to which somebody moves: `practical` and `person` are told about that date."""
    return may_be_reserved(facts) if facts.by_office else may_book(facts)


def not_begun(facts: SeatFacts) -> tuple[Refusal, ...]:
    """The practical has not begun."""
    return (refusals.BEGUN,) if facts.now >= facts.practical.starts_at else ()


def not_present(facts: SeatFacts) -> tuple[Refusal, ...]:
    """The holder is not marked as present: then the seat is evidence."""
    return (refusals.ATTENDED,) if facts.standing.attendance is Attendance.attended else ()


def has_lost_the_right(facts: SeatFacts) -> tuple[Refusal, ...]:
    """The holder has no right to the seat any more."""
    lost = lost_right(facts.practical, facts.somebody, waived=facts.standing.waived)
    return () if lost else (seat_refusals.HAS_THE_RIGHT,)


def has_lapsed(deadline_at: datetime | None, now: datetime) -> bool:
    """Return whether a hold or an offer with this deadline holds its place no more."""
    return deadline_at is not None and now >= deadline_at + GRACE
