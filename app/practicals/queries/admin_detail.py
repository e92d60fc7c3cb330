"""Reads one practical for admins: its page, its places, its form."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.enrolments import queries as enrolments
from app.kit.errors import NotFound, Refusal
from app.kit.ids import IntakeId, PracticalId, SeatId, UserId
from app.kit.messages import Message, msg, msgs
from app.practicals.domain import waiting
from app.practicals.domain.clashes import Clash
from app.practicals.domain.day_outcomes import DayOutcome
from app.practicals.domain.offers import in_time_to_answer, offer_deadline
from app.practicals.domain.office_words import for_office, no_day_to_choose
from app.practicals.domain.plan import limit_of_places, ratio_warning
from app.practicals.domain.seats import (
    Practical,
    PracticalStatus,
    WaitingState,
    eligibility,
    is_takeable,
)
from app.practicals.domain.states import LIVE, WaitingPolicy
from app.practicals.domain.terms import BookingWindow, CancelTerms, booking_window, cancel_terms
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.practicals.outcomes import SeatOutcomes, outcomes_of
from app.practicals.queries.cancelled_days import CancelledList, cancelled_list
from app.practicals.queries.clashes import clashes_of_day
from app.practicals.queries.eligibility_facts import (
    PRACTICAL_COLUMNS,
    assessed,
    first_waiters,
    read_candidates,
    read_practical,
)
from app.practicals.queries.past_days import day_outcomes
from app.practicals.queries.rosters import Roster, roster_page
from app.practicals.queries.summaries import SUMMARY, PracticalSummary, instructor_ids

SIZE = 50
NEWEST_ROOMS = (
    select(PracticalRow.room)
    .order_by(PracticalRow.created_at.desc(), PracticalRow.id.desc())
    .limit(SIZE)
)
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class WaitingPerson:
    """A person on the waiting list. `policy` is how they get a place. `unmet` says what they still need, if
    it was read."""

    user_id: UserId
    position: int
    name: str
    email: str
    joined_at: datetime
    policy: WaitingPolicy
    unmet: tuple[Refusal, ...] = ()

    @property
    def is_asked_first(self) -> bool:
        """Whether a place is kept for them until they answer; else it is booked for them at once."""
        return self.policy is WaitingPolicy.offer


@dataclass(frozen=True, slots=True)
class AdminPracticalPage:
    """One practical for an admin, with the first people of the waiting list. `outcome` and `seat_outcomes`
    say how a past day ended; `cancelled` is who was on a cancelled one."""

    practical: Practical
    booking: BookingWindow
    cancel: CancelTerms | None
    clashes: tuple[Clash, ...]
    course_title: str
    intake_title: Message | None
    roster: Roster
    queue: tuple[WaitingPerson, ...]
    outcome: DayOutcome | None
    seat_outcomes: SeatOutcomes
    cancelled: CancelledList | None
    over_ratio: Message | None
    """By how many places the day goes over what its instructors can teach."""
    limit: Message | None
    """What limits the places of a day that is to come."""


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """The first people of a waiting list, with what each still needs. `is_to_be_phoned`: a place is free, and
    there is no time left for an offer by e-mail."""

    practical: Practical
    booking: BookingWindow
    queue: tuple[WaitingPerson, ...]
    is_to_be_phoned: bool


@dataclass(frozen=True, slots=True)
class SuccessorPreview:
    """Who would get a place that is taken away: their names, and what a person is told of it."""

    names: tuple[str, ...]
    message: Message


@dataclass(frozen=True, slots=True)
class KindChoice:
    value: str
    label: Message
    students_per_instructor: int

    @property
    def option(self) -> tuple[str, Message]:
        """The kind of practical as an option of a select."""
        words = msgs(
            "{kind}, 1 instructor for {n} student",
            "{kind}, 1 instructor for {n} students",
            self.students_per_instructor,
            kind=self.label,
        )
        return self.value, words


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices in the form of a practical."""

    kinds: tuple[KindChoice, ...]
    intakes: tuple[tuple[str, Message], ...]
    instructors: tuple[tuple[str, str], ...]
    rooms: tuple[str, ...]
    """The rooms of earlier practicals, the newest first."""


@dataclass(frozen=True, slots=True)
class PlannedPractical:
    """A practical as it is planned now, for its form."""

    practical: Practical
    note: str | None
    instructors: tuple[UserId, ...]

    @property
    def record(self) -> dict[str, object]:
        """The recorded values of the form's fields; see `app.kit.versions`."""
        practical = self.practical
        return {
            "intake_id": practical.intake_id,
            "starts_at": practical.starts_at,
            "ends_at": practical.ends_at,
            "zone": practical.zone,
            "room": practical.room,
            "capacity": practical.capacity,
            "booking_opens_at": practical.booking_opens_at,
            "booking_closes_at": practical.booking_closes_at,
            "cancel_until": practical.cancel_until,
            "note": self.note,
            "instructors": self.instructors,
        }


def admin_page(
    db: Session, practical_id: PracticalId, *, now: datetime, number: int = 1
) -> AdminPracticalPage:
    """Return one practical with its roster and the first people of its waiting list, or raise
    NotFound."""
    row = db.execute(
        select(*PRACTICAL_COLUMNS).where(PracticalRow.id == practical_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    practical = Practical(*row)
    is_past = practical.status is PracticalStatus.published and practical.ends_at <= now
    is_cancelled = practical.status is PracticalStatus.cancelled
    titles = {}
    if practical.intake_id is not None:
        titles = {intake.intake_id: intake.short_label for intake in enrolments.intake_options(db)}
    roster = roster_page(db, practical_id, number=number)
    return AdminPracticalPage(
        practical,
        booking_window(practical, now),
        cancel_terms(practical, None, now),
        _clashes(db, practical, now),
        courses.title_of(db, practical.course_key, practical.revision_id),
        titles.get(practical.intake_id) if practical.intake_id else None,
        roster,
        _queue(db, practical, closed=booking_window(practical, now).is_over),
        day_outcomes(db, [practical_id])[practical_id] if is_past else None,
        outcomes_of(db, [practical_id]).get(practical_id, {}) if is_past else {},
        cancelled_list(db, practical_id, now=now) if is_cancelled else None,
        *((None, None) if is_past or is_cancelled else _places_in_words(db, practical, roster)),
    )


def _places_in_words(
    db: Session, practical: Practical, roster: Roster
) -> tuple[Message | None, Message | None]:
    """Return by how many places a day goes over the ratio, and what limits its places. Nothing is known of
    a course that this version cannot read."""
    published = courses.readable(db, practical.revision_id)
    kind = published.course.practical(practical.kind_key) if published else None
    if kind is None:
        return None, None
    facts = practical.capacity, kind.students_per_instructor, len(roster.instructors)
    return ratio_warning(*facts), limit_of_places(*facts)


def waiting_page(db: Session, practical_id: PracticalId, *, now: datetime) -> WaitingPage:
    """Return who waits for a practical and why they cannot come yet, in eight statements. Raise
    NotFound. On a list that is over, these are the people who waited until its end."""
    practical = read_practical(db, practical_id)
    if practical is None:
        raise NotFound
    booking = booking_window(practical, now)
    queue = _queue(db, practical, closed=booking.is_over)
    people = read_candidates(db, practical, [waits.user_id for waits in queue])
    judged = [
        replace(
            waits, unmet=tuple(map(for_office, eligibility(practical, people[waits.user_id].facts)))
        )
        for waits in queue
    ]
    is_late = (
        practical.free > 0 and is_takeable(practical, now) and not offer_deadline(practical, now)
    )
    could_answer = any(waits.is_asked_first and not waits.unmet for waits in judged)
    return WaitingPage(practical, booking, tuple(judged), is_late and could_answer)


def passes_on(db: Session, practical_id: PracticalId, *, now: datetime) -> SuccessorPreview:
    """Return who would move up if one place were taken away now."""
    practical = read_practical(db, practical_id)
    if practical is None:
        raise NotFound
    free = waiting.freed(practical, now)
    if not free:
        return SuccessorPreview((), _why_none_is_free(practical, now))
    waiters = first_waiters(db, practical.id)
    if not waiters:
        return SuccessorPreview((), msg("Nobody moves up: nobody waits."))
    people = read_candidates(db, practical, [waiter.user_id for waiter in waiters])
    could_come = in_time_to_answer(
        assessed(practical, waiters, people), offer_deadline(practical, now)
    )
    chosen = waiting.choose(free, could_come).promoted
    names = tuple(people[waiter.user_id].person.name for waiter in chosen)
    if not names:
        return SuccessorPreview(
            (), msg("Nobody moves up: nobody who waits has what the day asks for.")
        )
    return SuccessorPreview(
        names,
        msgs(
            "{names} can come and is next on the waiting list: the place is passed on at once.",
            "{names} can come and are next on the waiting list: the place is passed on at once.",
            len(names),
            names=names,
        ),
    )


def _why_none_is_free(practical: Practical, now: datetime) -> Message:
    window = booking_window(practical, now)
    if window.is_open:
        return msg("Nobody moves up: the day stays over its number of places.")
    return msg("Nobody moves up: {booking}", booking=window.message)


def seat_has_ended(db: Session, practical_id: PracticalId, seat_id: SeatId) -> bool:
    """Return whether this was a place on the practical that has ended."""
    state = db.scalar(
        select(Seat.state).where(Seat.id == seat_id, Seat.practical_id == practical_id)
    )
    return state is not None and state not in LIVE


def reservable(
    db: Session, course_key: str, intake_id: IntakeId, *, now: datetime
) -> tuple[PracticalSummary, ...]:
    """Return the published future practicals on which people of an intake may have places."""
    rows = db.execute(
        select(*SUMMARY)
        .where(
            PracticalRow.course_key == course_key,
            or_(PracticalRow.intake_id.is_(None), PracticalRow.intake_id == intake_id),
            PracticalRow.status == PracticalStatus.published,
            PracticalRow.starts_at > now,
        )
        .order_by(PracticalRow.starts_at, PracticalRow.id)
        .limit(SIZE)
    )
    return tuple(PracticalSummary(*row) for row in rows)


def why_no_day(db: Session, course_key: str, intake_id: IntakeId, *, now: datetime) -> Message:
    """Return why `reservable` has nothing to choose."""
    is_for_them = or_(PracticalRow.intake_id.is_(None), PracticalRow.intake_id == intake_id)
    is_draft = PracticalRow.status == PracticalStatus.draft
    others, drafts = db.execute(
        select(
            func.count().filter(~is_for_them),
            func.count().filter(is_for_them, is_draft),
        ).where(
            PracticalRow.course_key == course_key,
            PracticalRow.status != PracticalStatus.cancelled,
            PracticalRow.starts_at > now,
        )
    ).one()
    return no_day_to_choose(for_other_intakes=others, drafts=drafts)


def choices(db: Session) -> Choices:
    """Return the choices for the form of a practical."""
    catalogue = courses.catalogue(db)
    kinds = [
        KindChoice(
            f"{published.course_key}/{kind.key}",
            msg("{kind} ({course})", kind=kind.title, course=published.course.title),
            kind.students_per_instructor,
        )
        for published in catalogue
        for kind in published.course.practicals
    ]
    titles = {published.course_key: published.course.title for published in catalogue}
    return Choices(
        tuple(kinds),
        enrolments.intake_choices(db, titles),
        tuple((str(person.user_id), person.name) for person in accounts.instructors(db)),
        tuple(dict.fromkeys(db.scalars(NEWEST_ROOMS))),
    )


def planned(db: Session, practical_id: PracticalId) -> PlannedPractical:
    """Return a practical to be changed, or raise NotFound."""
    row = db.execute(
        select(*PRACTICAL_COLUMNS, PracticalRow.note).where(PracticalRow.id == practical_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    *columns, note = row
    return PlannedPractical(Practical(*columns), note, instructor_ids(db, practical_id))


def _clashes(db: Session, practical: Practical, now: datetime) -> tuple[Clash, ...]:
    """Return the clashes of a future practical with others."""
    if practical.status is PracticalStatus.cancelled or practical.ends_at <= now:
        return ()
    return clashes_of_day(db, practical)


def _queue(db: Session, practical: Practical, *, closed: bool) -> tuple[WaitingPerson, ...]:
    """Return the first people of the waiting list; of a list that is over, the people who waited
    until its end."""
    waits = WaitingEntry.state == WaitingState.waiting
    to_its_end = and_(
        WaitingEntry.state == WaitingState.closed,
        WaitingEntry.ended_at >= practical.booking_closes_at,
    )
    rows = db.execute(
        select(WaitingEntry.user_id, WaitingEntry.joined_at, WaitingEntry.policy)
        .where(
            WaitingEntry.practical_id == practical.id,
            or_(waits, to_its_end) if closed else waits,
        )
        .order_by(WaitingEntry.number)
        .limit(SIZE)
    ).all()
    people = accounts.people(db, [row.user_id for row in rows])
    return tuple(
        WaitingPerson(
            row.user_id,
            position,
            people[row.user_id].name,
            people[row.user_id].email,
            row.joined_at,
            row.policy,
        )
        for position, row in enumerate(rows, start=1)
    )
