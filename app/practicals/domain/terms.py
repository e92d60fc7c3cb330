"""What is said of the deadlines of a practical. Each message is made for a certain time, so that no page
or mail shows a deadline that has passed as one in the future."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kit.messages import Message, msg, sentences
from app.practicals.domain.seats import Practical, PracticalStatus
from app.practicals.domain.times import moment_message

TIME_TO_GIVE_BACK = timedelta(hours=24)
"""The least time in which a person can give up a place that they did not book themselves."""
WRITE_TO_US = msg("If you cannot come, write to the academy.")


@dataclass(frozen=True, slots=True)
class CancelTerms:
    """Until when a place can be given up free of charge. `is_open` says that this time has not
    passed."""

    until: datetime
    zone: str
    is_open: bool

    @property
    def when(self) -> Message:
        """Sun 6 Dec 2026, 10:00, London time"""
        return moment_message(self.until, self.zone)

    @property
    def message(self) -> Message:
        """The terms as a sentence, for a person who has the place."""
        if self.is_open:
            return msg("You can give the place back until {when}.", when=self.when)
        return sentences(msg("Free cancelling ended on {when}.", when=self.when), WRITE_TO_US)

    @property
    def short(self) -> Message:
        """The terms in a short form, for a line of a card."""
        if self.is_open:
            return msg("Cancel free until {when}", when=self.when)
        return msg("Free cancelling has ended: write to the academy if you cannot come")


@dataclass(frozen=True, slots=True)
class BookingWindow:
    """When a practical can be booked, as of a given time. `is_open` means now; `is_over` means
    never again, and the waiting list is closed too. `turns_at` is when booking opens or closes, or
    closed."""

    is_open: bool
    is_over: bool
    turns_at: datetime
    zone: str

    @property
    def message(self) -> Message:
        """Booking is open until Sun 6 Dec 2026, 10:00, London time."""
        when = moment_message(self.turns_at, self.zone)
        if self.is_open:
            return msg("Booking is open until {when}.", when=when)
        if self.is_over:
            return msg("Booking closed on {when}.", when=when)
        return msg("Booking opens on {when}.", when=when)

    @property
    def opening(self) -> Message:
        """When booking opens, without a full stop, for a line of a card."""
        return msg("Booking opens on {when}", when=moment_message(self.turns_at, self.zone))


def cancel_deadline(practical: Practical, seat_until: datetime | None) -> datetime:
    """Return the time until which a place can be given up: that of the practical, or the later one
    of the place, but at most the start. `seat_until` is None if the place has no deadline of its
    own."""
    return _deadline(practical.cancel_until, seat_until, practical.starts_at)


def _deadline(cancel_until: datetime, seat_until: datetime | None, starts_at: datetime) -> datetime:
    return min(starts_at, max(cancel_until, seat_until or cancel_until))


def time_to_give_back(now: datetime) -> datetime:
    """Return the deadline of a place that a person is given now, or whose practical is moved now."""
    return now + TIME_TO_GIVE_BACK


def cancel_terms(
    practical: Practical, seat_until: datetime | None, now: datetime
) -> CancelTerms | None:
    """Return the terms of a place, or None if it can no longer be given up."""
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
    """Return the terms of a place on a practical that is not cancelled, or None once it has begun."""
    if now >= starts_at:
        return None
    until = _deadline(cancel_until, seat_until, starts_at)
    return CancelTerms(until, zone, now < until)


def booking_window(practical: Practical, now: datetime) -> BookingWindow:
    """Return the booking window as of now; it closes at the start at the latest."""
    opens = practical.booking_opens_at
    closes = min(practical.booking_closes_at, practical.starts_at)
    is_over = now >= closes
    is_open = opens <= now < closes
    return BookingWindow(is_open, is_over, closes if is_open or is_over else opens, practical.zone)
