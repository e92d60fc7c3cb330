"""Who may take a place on a practical, and all reasons against it with their remedies.

Pages use these rules to explain; use-cases check them again under the lock before they write.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.kit.errors import Refusal
from app.kit.ids import IntakeId, PracticalId, RevisionId
from app.kit.zones import moment_at
from app.practicals.domain import refusals
from app.practicals.domain.life_support import life_support_unmet
from app.practicals.domain.office_words import for_office
from app.practicals.domain.refusals import PracticalsReason as PracticalsReason
from app.practicals.domain.states import Attendance as Attendance
from app.practicals.domain.states import PracticalStatus as PracticalStatus
from app.practicals.domain.states import SeatState as SeatState
from app.practicals.domain.states import WaitingState as WaitingState
from app.practicals.domain.times import moment_message, start_of_day

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Practical:
    """The row of a practical, as returned by the update that locked it."""

    id: PracticalId
    course_key: str
    kind_key: str
    revision_id: RevisionId
    intake_id: IntakeId | None
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    room: str
    capacity: int
    taken: int
    override: int
    waiting_sequence: int
    status: PracticalStatus
    booking_opens_at: datetime
    booking_closes_at: datetime
    cancel_until: datetime

    @property
    def free(self) -> int:
        """The number of places that anyone may book. Places that an admin added above the capacity
        are not among them."""
        return max(0, self.capacity - self.taken)

    def moment(self, now: datetime, *more: datetime) -> datetime:
        """Round `now` down to this practical's latest past deadline, or to a time before all deadlines.
        Booking rules compare `now` only with these deadlines. `more` are deadlines of the place."""
        own = (
            *more,
            self.booking_opens_at,
            self.booking_closes_at,
            self.cancel_until,
            self.starts_at,
            self.ends_at,
        )
        return max((moment for moment in own if moment <= now), default=LONG_AGO)

    def with_taken(self, taken: int) -> tuple[int, int]:
        """Return the counter and the override for it: the number of places above the capacity."""
        return taken, max(0, taken - self.capacity)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another practical of the same person at the same time."""

    practical_id: PracticalId
    title: str
    starts_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    """The facts about one person that the rules need. `modules_missing` has titles, in the course's
    order. `eligible_ahead` is the number of eligible people before this person on the waiting list.
    `life_support_until` is the last day of the proof that the office has seen; only some kinds of
    practical require one."""

    is_active: bool
    is_confirmed: bool
    has_certificate_name: bool
    has_place: bool
    is_in_intake: bool
    modules_missing: tuple[str, ...] = ()
    final_test_missing: bool = False
    needs_life_support: bool = False
    life_support_until: date | None = None
    has_seat: bool = False
    is_waiting: bool = False
    overlap: Overlap | None = None
    eligible_ahead: int = 0
    is_student: bool = True


def is_takeable(practical: Practical, now: datetime) -> bool:
    """Return whether places can be booked or promoted: published, inside the booking window, not
    started."""
    return not _window(practical, now)


def booking_refusal(
    practical: Practical, facts: EligibilityFacts, now: datetime
) -> tuple[Refusal, ...]:
    """Return all reasons why this person cannot book now; empty if they can."""
    if over := _over(practical, now):
        return over
    return (
        *_window(practical, now),
        *_availability(practical, facts),
        *eligibility(practical, facts),
    )


def waiting_refusal(
    practical: Practical, facts: EligibilityFacts, now: datetime
) -> tuple[Refusal, ...]:
    """Return all reasons why this person may not join the waiting list; empty if they may. A person
    with unfinished modules may wait, but is passed over until they finish them.
    """
    if over := _over(practical, now):
        return over
    reasons = list(_window(practical, now))
    if facts.has_seat:
        reasons.append(refusals.ALREADY_BOOKED)
    if facts.is_waiting:
        reasons.append(refusals.ALREADY_WAITING)
    if practical.free > facts.eligible_ahead and not reasons:
        reasons.append(refusals.PLACE_FREE)
    return (*reasons, *_membership(practical, facts))


def reservation_refusal(
    practical: Practical, facts: EligibilityFacts, now: datetime, *, override: bool
) -> tuple[Refusal, ...]:
    """Return why an admin may not reserve a place for this person. Admins are not bound by the
    booking window, nor, with `override`, by capacity, waiting list and eligibility. The remedies are
    those of the office."""
    if over := _over(practical, now):
        return tuple(map(for_office, over))
    if facts.has_seat:
        return (refusals.HAS_A_PLACE,)
    if override:
        return ()
    unmet = (*_availability(practical, facts), *eligibility(practical, facts))
    return tuple(map(for_office, unmet))


def promotion_refusal(
    practical: Practical, facts: EligibilityFacts, now: datetime
) -> tuple[Refusal, ...]:
    """Return why a person who waits cannot have a free place now; empty if they can. Whether they are
    the next is a question of the list: see `waiting.choose`."""
    if over := _over(practical, now):
        return over
    full = () if practical.free else (refusals.FULL,)
    return (*_window(practical, now), *full, *eligibility(practical, facts))


def coming_refusal(
    practical: Practical, facts: EligibilityFacts, now: datetime
) -> tuple[Refusal, ...]:
    """Return why a person for whom a place is kept cannot come; empty if they can."""
    return _over(practical, now) or eligibility(practical, facts)


def group_refusal(
    practical: Practical, places: int, ahead: int, now: datetime, *, override: bool
) -> tuple[Refusal, ...]:
    """Return why the office cannot reserve several places without names; empty if it can. `ahead` is the
    number of eligible people who wait. `override` waives the number of places and the waiting list."""
    if over := _over(practical, now):
        return tuple(map(for_office, over))
    if override or practical.free - ahead >= places:
        return ()
    unmet = refusals.QUEUE_AHEAD if practical.free >= places else refusals.FULL
    return (for_office(unmet),)


def cancel_refusal(practical: Practical, until: datetime, now: datetime) -> Refusal | None:
    """Return why a student can no longer give up a place themselves, or None. `until` is the
    deadline of this place; see `terms.cancel_deadline`."""
    if over := _over(practical, now):
        return over[0]
    if now >= until:
        return refusals.cancelling_closed(moment_message(until, practical.zone))
    return None


def attendance_refusal(practical: Practical, now: datetime) -> Refusal | None:
    """Return why attendance cannot be marked yet, or None. It can from the beginning of the day,
    because people arrive before the start."""
    if practical.status is not PracticalStatus.published:
        return _over(practical, now)[0]
    opens = start_of_day(practical.starts_at, practical.zone)
    if now < opens:
        return refusals.attendance_not_open(moment_at(opens, practical.zone))
    return None


def eligibility(practical: Practical, facts: EligibilityFacts) -> tuple[Refusal, ...]:
    """Return what this person still needs, regardless of the state of the practical."""
    unmet = list(_membership(practical, facts))
    unmet += _requirements(practical, facts)
    if not facts.has_certificate_name:
        unmet.append(refusals.NO_CERTIFICATE_NAME)
    if (other := facts.overlap) is not None:
        unmet.append(
            refusals.same_time(other.practical_id, other.title, other.starts_at, other.zone)
        )
    return tuple(unmet)


def _requirements(practical: Practical, facts: EligibilityFacts) -> list[Refusal]:
    """Return the requirements of the kind of practical that this person does not meet yet."""
    course_key, unmet = practical.course_key, []
    if facts.modules_missing:
        unmet.append(refusals.modules_missing(course_key, facts.modules_missing))
    if facts.final_test_missing:
        unmet.append(refusals.final_test_missing(course_key))
    if facts.needs_life_support:
        until = facts.life_support_until
        life_support = life_support_unmet(until, practical.starts_at, practical.zone)
        unmet += [life_support] if life_support else []
    return unmet


def _membership(practical: Practical, facts: EligibilityFacts) -> tuple[Refusal, ...]:
    unmet = []
    if not facts.is_active:
        unmet.append(refusals.NOT_ACTIVE)
    if not facts.is_student:
        unmet.append(refusals.NO_STUDENT)
    if not facts.is_confirmed:
        unmet.append(refusals.UNCONFIRMED)
    if not facts.has_place:
        unmet.append(refusals.no_place(practical.course_key))
    elif practical.intake_id is not None and not facts.is_in_intake:
        unmet.append(refusals.OTHER_INTAKE)
    return tuple(unmet)


def _over(practical: Practical, now: datetime) -> tuple[Refusal, ...]:
    """Return the reason that makes all others irrelevant, if there is one."""
    if practical.status is PracticalStatus.draft:
        return (refusals.DRAFT,)
    if practical.status is PracticalStatus.cancelled:
        return (refusals.CANCELLED,)
    if now >= practical.starts_at:
        return (refusals.STARTED,)
    return ()


def _window(practical: Practical, now: datetime) -> tuple[Refusal, ...]:
    if over := _over(practical, now):
        return over
    if now < practical.booking_opens_at:
        opens = moment_message(practical.booking_opens_at, practical.zone)
        return (refusals.not_open_yet(opens),)
    if now >= practical.booking_closes_at:
        closed = moment_message(practical.booking_closes_at, practical.zone)
        return (refusals.booking_closed(closed),)
    return ()


def _availability(practical: Practical, facts: EligibilityFacts) -> tuple[Refusal, ...]:
    if facts.has_seat:
        return (refusals.ALREADY_BOOKED,)
    if practical.free == 0:
        return (refusals.FULL,)
    if practical.free <= facts.eligible_ahead:
        return (refusals.QUEUE_AHEAD,)
    return ()
