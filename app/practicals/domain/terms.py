"""Deadlines of a practical as a person may read them: each says what is true at the moment it is made
for, so that no page and no mail names a moment that has passed as one that is still to come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.practicals.domain.seats import Practical, PracticalStatus
from app.practicals.domain.times import moment_words

TIME_TO_GIVE_BACK = timedelta(hours=24)
"""How long somebody has, at least, to give back a place that they did not choose at this moment."""
WRITE_TO_US = "If you cannot come, write to the academy."


@dataclass(frozen=True, slots=True)
class CancelTerms:
    """Until when one place can be given back free. `is_open`: that moment is still to come."""

    until: datetime
    zone: str
    is_open: bool

    @property
    def until_words(self) -> str:
        """Sun 6 Dec 2026, 10:00, London time"""
        return moment_words(self.until, self.zone)

    @property
    def sentence(self) -> str:
        """What holds for a place that a person has."""
        if self.is_open:
            return f"You can give the place back until {self.until_words}."
        return f"Free cancelling ended on {self.until_words}. {WRITE_TO_US}"

    @property
    def short(self) -> str:
        """The same in a line of a card."""
        if self.is_open:
            return f"Cancel free until {self.until_words}"
        return "Free cancelling has ended: write to the academy if you cannot come"


@dataclass(frozen=True, slots=True)
class BookingWindow:
    """When a practical can be booked, said at one moment. `is_open`: now; `is_over`: never again, and the
    waiting list has closed with it."""

    is_open: bool
    is_over: bool
    sentence: str

    @property
    def short(self) -> str:
        """The sentence without its full stop, for a line of a card."""
        return self.sentence.rstrip(".")


def cancel_deadline(practical: Practical, seat_until: datetime | None) -> datetime:
    """Return the moment until which a place can be given back: that of the practical, or the later one
    that belongs to the place, and at most the start. `seat_until` None: the place has none of its own."""
    return _deadline(practical.cancel_until, seat_until, practical.starts_at)


def _deadline(cancel_until: datetime, seat_until: datetime | None, starts_at: datetime) -> datetime:
    return min(starts_at, max(cancel_until, seat_until or cancel_until))


def time_to_give_back(now: datetime) -> datetime:
    """Return the deadline of a place that somebody is given now, or whose day is moved now."""
    return now + TIME_TO_GIVE_BACK


def cancel_terms(
    practical: Practical, seat_until: datetime | None, now: datetime
) -> CancelTerms | None:
    """Return the terms of a place, or None where there is nothing to give back any more."""
    if practical.status is PracticalStatus.cancelled:
        return None
    return place_terms(practical.cancel_until, seat_until, practical.starts_at, practical.zone, now)


def place_terms(
    cancel_until: datetime,
    seat_until: datetime | None,
    starts_at: datetime,
    zone: str,
    now: datetime,
) -> CancelTerms | None:
    """Return the terms of a place on a practical that is not cancelled; None once it has begun."""
    if now >= starts_at:
        return None
    until = _deadline(cancel_until, seat_until, starts_at)
    return CancelTerms(until, zone, now < until)


def booking_window(practical: Practical, now: datetime) -> BookingWindow:
    """Return what can be said of booking now; it closes at the start at the latest."""
    closes = min(practical.booking_closes_at, practical.starts_at)
    if now >= closes:
        return BookingWindow(
            False, True, f"Booking closed on {moment_words(closes, practical.zone)}."
        )
    if now < practical.booking_opens_at:
        opens = moment_words(practical.booking_opens_at, practical.zone)
        return BookingWindow(False, False, f"Booking opens on {opens}.")
    return BookingWindow(
        True, False, f"Booking is open until {moment_words(closes, practical.zone)}."
    )
