"""Who may take a place on a practical, and all reasons against it with their remedies.

Pages use these rules to explain; use-cases check them again under the lock before they write.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from app.kit.ids import IntakeId, PracticalId, RevisionId
from app.practicals.domain.life_support import life_support_unmet
from app.practicals.domain.refusals import LinkKind as LinkKind
from app.practicals.domain.refusals import PracticalsReason as PracticalsReason
from app.practicals.domain.refusals import Unmet as Unmet
from app.practicals.domain.states import Attendance as Attendance
from app.practicals.domain.states import PracticalStatus as PracticalStatus
from app.practicals.domain.states import SeatState as SeatState
from app.practicals.domain.states import WaitingState as WaitingState
from app.practicals.domain.times import moment_words, start_of_day

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


CLOSED = Unmet(
    PracticalsReason.account, "This account is disabled.", "An admin can enable it again."
)
NO_STUDENT = Unmet(
    PracticalsReason.role, "This account is not a student's.", "An admin can add the role."
)
UNCONFIRMED = Unmet(
    PracticalsReason.address,
    "The e-mail address is not confirmed.",
    "Follow the link in the mail from the academy, or ask for a new one.",
    LinkKind.profile,
)


def is_takeable(practical: Practical, now: datetime) -> bool:
    """Return whether places can be booked or promoted: published, inside the booking window, not
    started."""
    return not _window(practical, now)


def booking_refusal(
    practical: Practical, facts: EligibilityFacts, now: datetime
) -> tuple[Unmet, ...]:
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
) -> tuple[Unmet, ...]:
    """Return all reasons why this person may not join the waiting list; empty if they may. A person
    with unfinished modules may wait, but is passed over until they finish them.
    """
    if over := _over(practical, now):
        return over
    reasons = list(_window(practical, now))
    if facts.has_seat:
        reasons.append(_already_booked())
    if facts.is_waiting:
        reasons.append(
            Unmet(
                PracticalsReason.already_waiting,
                "You are on the waiting list already.",
                "You keep your position.",
            )
        )
    if practical.free > facts.eligible_ahead and not reasons:
        reasons.append(
            Unmet(
                PracticalsReason.place_free,
                "There is a free place.",
                "Book it; there is no need to wait.",
            )
        )
    return (*reasons, *_membership(practical, facts))


def reservation_refusal(
    practical: Practical, facts: EligibilityFacts, now: datetime, *, override: bool
) -> tuple[Unmet, ...]:
    """Return why an admin may not reserve a place for this person. Admins are not bound by the
    booking window, nor, with `override`, by capacity, waiting list and eligibility."""
    if over := _over(practical, now):
        return over
    if facts.has_seat:
        return (
            Unmet(
                PracticalsReason.already_booked,
                "This person has a place already.",
                "There is nothing to reserve.",
            ),
        )
    if override:
        return ()
    remedy = "Take a place away first, or reserve this one whatever stands in the way."
    taken = (replace(unmet, remedy=remedy) for unmet in _availability(practical, facts))
    return (*taken, *eligibility(practical, facts))


def cancel_refusal(practical: Practical, until: datetime, now: datetime) -> Unmet | None:
    """Return why a student can no longer give up a place themselves, or None. `until` is the
    deadline of this place; see `terms.cancel_deadline`."""
    if over := _over(practical, now):
        return over[0]
    if now >= until:
        return Unmet(
            PracticalsReason.closed,
            f"You could cancel until {moment_words(until, practical.zone)}.",
            "If you cannot come, write to the academy.",
            LinkKind.academy,
        )
    return None


def attendance_refusal(practical: Practical, now: datetime) -> Unmet | None:
    """Return why attendance cannot be marked yet, or None. It can from the beginning of the day,
    because people arrive before the start."""
    if practical.status is not PracticalStatus.published:
        return _over(practical, now)[0]
    opens = start_of_day(practical.starts_at, practical.zone)
    if now < opens:
        return Unmet(
            PracticalsReason.not_open_yet,
            "Attendance can be marked from the day of the practical.",
            f"Come back on {moment_words(opens, practical.zone).split(',')[0]}.",
        )
    return None


def eligibility(practical: Practical, facts: EligibilityFacts) -> tuple[Unmet, ...]:
    """Return what this person still needs, regardless of the state of the practical."""
    unmet = list(_membership(practical, facts))
    unmet += _requirements(practical, facts)
    if not facts.has_certificate_name:
        unmet.append(
            Unmet(
                PracticalsReason.profile,
                "The profile has no name for the certificate.",
                "Add the name as it should be printed.",
                LinkKind.profile,
            )
        )
    if facts.overlap is not None:
        when = moment_words(facts.overlap.starts_at, facts.overlap.zone)
        unmet.append(
            Unmet(
                PracticalsReason.overlap,
                f"There is already a place at the same time: {facts.overlap.title}, {when}.",
                "Cancel that place first, or choose another date.",
                LinkKind.practical,
                str(facts.overlap.practical_id),
            )
        )
    return tuple(unmet)


def _requirements(practical: Practical, facts: EligibilityFacts) -> list[Unmet]:
    """Yield the requirements of the kind of practical that this person does not meet yet."""
    requirements = []
    if facts.modules_missing:
        requirements.append(
            Unmet(
                PracticalsReason.modules,
                f"These modules come first and are not complete: {_listed(facts.modules_missing)}.",
                "Finish the lessons and pass the quiz of each.",
                LinkKind.learn,
                practical.course_key,
            )
        )
    if facts.final_test_missing:
        requirements.append(
            Unmet(
                PracticalsReason.final_test,
                "The final test comes first and is not passed.",
                "Pass the final test of the course.",
                LinkKind.learn,
                practical.course_key,
            )
        )
    if facts.needs_life_support:
        unmet = life_support_unmet(facts.life_support_until, practical.starts_at, practical.zone)
        requirements += [unmet] if unmet else []
    return requirements


def _membership(practical: Practical, facts: EligibilityFacts) -> tuple[Unmet, ...]:
    unmet = []
    if not facts.is_active:
        unmet.append(CLOSED)
    if not facts.is_student:
        unmet.append(NO_STUDENT)
    if not facts.is_confirmed:
        unmet.append(UNCONFIRMED)
    if not facts.has_place:
        unmet.append(
            Unmet(
                PracticalsReason.no_place,
                "A confirmed place on the course comes first.",
                "Reserve a place on the course.",
                LinkKind.course,
                practical.course_key,
            )
        )
    elif practical.intake_id is not None and not facts.is_in_intake:
        unmet.append(
            Unmet(
                PracticalsReason.other_intake,
                "This date is kept for another intake of the course.",
                "Choose another date.",
                LinkKind.dates,
            )
        )
    return tuple(unmet)


def _over(practical: Practical, now: datetime) -> tuple[Unmet, ...]:
    """Return the reason that makes all others irrelevant, if there is one."""
    if practical.status is PracticalStatus.draft:
        return (
            Unmet(PracticalsReason.draft, "This date is not published yet.", "Publish it first."),
        )
    if practical.status is PracticalStatus.cancelled:
        return (
            Unmet(
                PracticalsReason.cancelled,
                "This date has been cancelled.",
                "Choose another date.",
                LinkKind.dates,
            ),
        )
    if now >= practical.starts_at:
        return (
            Unmet(
                PracticalsReason.started,
                "This practical has begun or is over.",
                "Choose another date.",
                LinkKind.dates,
            ),
        )
    return ()


def _window(practical: Practical, now: datetime) -> tuple[Unmet, ...]:
    if over := _over(practical, now):
        return over
    if now < practical.booking_opens_at:
        opens = moment_words(practical.booking_opens_at, practical.zone)
        return (
            Unmet(PracticalsReason.not_open_yet, f"Booking opens on {opens}.", "Come back then."),
        )
    if now >= practical.booking_closes_at:
        closed = moment_words(practical.booking_closes_at, practical.zone)
        return (
            Unmet(
                PracticalsReason.closed,
                f"Booking closed on {closed}.",
                "Choose another date, or write to the academy.",
                LinkKind.dates,
            ),
        )
    return ()


def _availability(practical: Practical, facts: EligibilityFacts) -> tuple[Unmet, ...]:
    if facts.has_seat:
        return (_already_booked(),)
    if practical.free == 0:
        return (
            Unmet(
                PracticalsReason.full,
                "Every place is taken.",
                "Join the waiting list, or choose another date.",
            ),
        )
    if practical.free <= facts.eligible_ahead:
        return (
            Unmet(
                PracticalsReason.queue_ahead,
                "The free places go to people on the waiting list first.",
                "Join the waiting list, or choose another date.",
            ),
        )
    return ()


def _already_booked() -> Unmet:
    return Unmet(
        PracticalsReason.already_booked, "You have a place on this date.", "There is nothing to do."
    )


def _listed(words: tuple[str, ...]) -> str:
    """one, two and three"""
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} and {words[-1]}"
