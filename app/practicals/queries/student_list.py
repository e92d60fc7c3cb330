"""Reads the dates for a student or visitor: free places, their own places, and reasons against
booking."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.db.paging import Page, page_of
from app.enrolments import queries as enrolments
from app.enrolments.queries import ConfirmedPlace
from app.kit.actor import Actor
from app.kit.errors import NotFound, Refusal
from app.kit.ids import PracticalId, RevisionId, SeatId
from app.kit.messages import Message
from app.kit.name_search import sort_key
from app.learning import queries as learning
from app.learning.domain import Done
from app.practicals.domain.seat_guards import SeatFacts
from app.practicals.domain.seats import (
    EligibilityFacts,
    Overlap,
    Practical,
    PracticalsReason,
    cancel_refusal,
    eligibility,
)
from app.practicals.domain.terms import (
    BookingWindow,
    CancelTerms,
    booking_window,
    cancel_deadline,
    cancel_terms,
)
from app.practicals.domain.times import moment_message, month_of
from app.practicals.domain.transitions import SeatEvent, reasons_against
from app.practicals.domain.waiting import freed
from app.practicals.queries.eligibility_facts import (
    OpenRequirements,
    account_of_actor,
    eligible_ahead,
    facts_of,
    open_requirements_of,
    read_candidates,
)
from app.practicals.queries.own_holds import OwnHold, is_said, own_hold
from app.practicals.queries.student_list_sql import (
    LISTED,
    OWN_DATES,
    DateFilters,
    DateListRow,
    one_date,
    other_dates,
)
from app.practicals.queries.students_without_date import intakes_without_a_day
from app.practicals.queries.summaries import instructor_ids

KEPT_DATES = 2_000
NEXT_DATES = 3
"""How many other dates are shown to a student who came too late for one."""
WHATEVER_THE_DATE = frozenset(
    {
        PracticalsReason.account,
        PracticalsReason.address,
        PracticalsReason.no_place,
        PracticalsReason.modules,
        PracticalsReason.final_test,
        PracticalsReason.life_support,
        PracticalsReason.profile,
    }
)
WINDOW = frozenset({PracticalsReason.not_open_yet, PracticalsReason.closed})
ABOUT_THE_DATE = WINDOW | {
    PracticalsReason.full,
    PracticalsReason.queue_ahead,
    PracticalsReason.already_booked,
}


@dataclass(frozen=True, slots=True, eq=False)
class DateRow:
    """One date for one person. `unmet`: everything against booking it, empty when they may book. `cancel`
    are the terms of their place, or of the one they would book; None when it has begun or is cancelled.
    Rows are kept as they were made, so one is compared by being the same and not by all that it says."""

    practical: Practical
    course_title: str
    seat_id: SeatId | None
    waiting: int
    position: int | None
    unmet: tuple[Refusal, ...]
    wait_unmet: tuple[Refusal, ...]
    booking: BookingWindow
    cancel: CancelTerms | None
    waited: bool
    """Whether they were on a waiting list that is now over."""
    answer_until: datetime | None = None
    """When the offer of a place to them lapses, if they have one."""
    has_lapsed: bool = False
    """Whether they let the time of an offer run out."""

    @property
    def answer_message(self) -> Message | None:
        """Until when they can answer: Tue 8 Dec 2026, 10:00, London time."""
        if self.answer_until is None:
            return None
        return moment_message(self.answer_until, self.practical.zone)

    @property
    def can_book(self) -> bool:
        return not self.unmet

    @property
    def can_wait(self) -> bool:
        return not self.wait_unmet

    @property
    def is_full(self) -> bool:
        return self.practical.free == 0

    @property
    def personal(self) -> tuple[Refusal, ...]:
        """The reasons that concern the person; the others concern the date."""
        return tuple(unmet for unmet in self.unmet if unmet.reason not in ABOUT_THE_DATE)

    @property
    def said(self) -> tuple[Refusal, ...]:
        """The reasons that the page of the date shows. "Full" sends people to the waiting list, so
        it is shown only to people who may join it, or if it is the only reason."""
        others = tuple(unmet for unmet in self.unmet if unmet.reason is not PracticalsReason.full)
        return others if others and not self.can_wait else self.unmet

    @property
    def window(self) -> Refusal | None:
        """Why booking is not open now, if it is not."""
        return next((unmet for unmet in self.unmet if unmet.reason in WINDOW), None)


@dataclass(frozen=True, slots=True)
class DatesPage:
    """The student's list: their own dates first, then what can be booked. `shared` is what they still
    need for each of these, whatever the date. `awaited` are their intakes for which no day is fixed
    yet: when the first is published, they get a mail (`service.first_days`)."""

    own: tuple[DateRow, ...]
    dates: Page[DateRow]
    filters: DateFilters
    kinds: tuple[tuple[str, str], ...]
    shared: tuple[Refusal, ...]
    awaited: tuple[str, ...]

    @property
    def has_several_courses(self) -> bool:
        """Whether the dates of this page belong to more than one course."""
        return len({row.course_title for row in (*self.own, *self.dates.rows)}) > 1

    @property
    def by_month(self) -> tuple[tuple[date, tuple[DateRow, ...]], ...]:
        """The dates grouped by month, in the venue's zone; a month is named by its first day."""
        months: dict[date, tuple[DateRow, ...]] = {}
        for row in self.dates.rows:
            month = month_of(row.practical.starts_at, row.practical.zone)
            months[month] = (*months.get(month, ()), row)
        return tuple(months.items())


@dataclass(frozen=True, slots=True)
class PracticalPage:
    """One date for one student, with everything that they may do, and reasons against the rest."""

    row: DateRow
    description_html: str
    language: str
    """The tag of the language of the course, in which its titles, description and list are."""
    bring: tuple[str, ...]
    live_models: bool
    instructors: tuple[str, ...]
    cancel_unmet: Refusal | None
    person_unmet: tuple[Refusal, ...]
    hold: OwnHold | None
    """The place that is kept for them while they decide."""
    has_run_out: bool
    """Whether the time of such a place was over lately, and they have no other one here."""
    being_booked: int
    """How many places are kept for other people who decide just now."""
    passes_on: bool
    """Whether a place that is given up now goes to somebody on the waiting list who can come."""


def dates_page(
    db: Session, actor: Actor, filters: DateFilters, *, zone: str, number: int, now: datetime
) -> DatesPage:
    """Return a student's list, in five statements for any number of dates and people, or in six if
    there is no date for them."""
    own: list[DateListRow] = OWN_DATES.all(db, viewer=actor.user_id, now=now)
    listed = other_dates(db, filters, viewer=actor.user_id, zone=zone, now=now, number=number)
    counted = listed
    if not listed and number > 1:  # past the end; the first page knows how many there are
        counted = other_dates(db, filters, viewer=actor.user_id, zone=zone, now=now, number=1)
    viewer = _Viewer(db, actor, [row.practical for row in own if row.seat_id is not None])
    rows = [_date_row(db, viewer, row, now) for row in _readable(db, viewer, listed)]
    own_rows = tuple(_date_row(db, viewer, row, now) for row in _readable(db, viewer, own))
    return DatesPage(
        own=own_rows,
        dates=page_of(rows, number=number, total=counted[0].total if counted else 0, size=LISTED),
        filters=filters,
        kinds=_kinds(db, (row.practical for row in (*own_rows, *rows)), viewer.places),
        shared=_shared(rows),
        awaited=intakes_without_a_day(db, actor.user_id) if _is_bare(own, rows, filters) else (),
    )


def _is_bare(own: Sequence[DateListRow], rows: Sequence[DateRow], filters: DateFilters) -> bool:
    """Return whether there is nothing to choose: no date, or none that can still be booked."""
    can_come = any(not row.booking.is_over for row in rows)
    return not own and not can_come and not filters.any


def practical_page(
    db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime
) -> PracticalPage:
    """Return one published or cancelled date for a student, or raise NotFound."""
    row = one_date(db, viewer=actor.user_id, practical_id=practical_id)
    if row is None:
        raise NotFound
    practical, waiting = row.practical, row.waiting
    facts = read_candidates(db, practical, [actor.user_id])[actor.user_id].facts
    hold = None
    if facts.has_seat and row.seat_id is None:
        hold = own_hold(db, practical, actor.user_id, now=now)
    if hold is not None and hold.is_over:
        practical = replace(practical, taken=practical.taken - 1)
        row, hold = replace(row, practical=practical, held=row.held - 1, ran_out_at=now), None
        facts = replace(facts, has_seat=False)
    if waiting and practical.free:
        facts = replace(facts, eligible_ahead=eligible_ahead(db, practical, actor.user_id))
    published = courses.revision(db, practical.revision_id)
    course = published.course
    kind = course.practical(practical.kind_key)
    names = accounts.people(db, instructor_ids(db, practical.id)).values()
    return PracticalPage(
        row=_kept_row(row, facts, course.title, _moment(row, now)),
        description_html=kind.description_html if kind else "",
        language=published.language,
        bring=kind.bring if kind else (),
        live_models=bool(kind and kind.live_models),
        instructors=tuple(sorted((person.name for person in names), key=sort_key)),
        cancel_unmet=cancel_refusal(practical, cancel_deadline(practical, row.seat_until), now),
        person_unmet=eligibility(practical, facts),
        hold=hold,
        has_run_out=is_said(row.ran_out_at, now) and not facts.has_seat and not facts.is_waiting,
        being_booked=row.held - (hold is not None),
        passes_on=waiting > 0 and freed(practical, now) > 0,
    )


def next_dates(
    db: Session, actor: Actor, practical: Practical, *, zone: str, now: datetime
) -> tuple[DateRow, ...]:
    """Return the next dates of the same kind that this student may book now."""
    kind = DateFilters(kind=f"{practical.course_key}/{practical.kind_key}", free=True)
    page = dates_page(db, actor, kind, zone=zone, number=1, now=now)
    return tuple(row for row in page.dates.rows if row.can_book)[:NEXT_DATES]


class _Viewer:
    """The student who views the list, with the dates on which they have a place."""

    def __init__(self, db: Session, actor: Actor, held: Iterable[Practical]) -> None:
        self.account = account_of_actor(actor)
        self.places = enrolments.places_of(db, actor.user_id)
        self._done = learning.done_on_all(db, actor.user_id)
        self._held = tuple(held)
        self._missing: dict[tuple[RevisionId, str], OpenRequirements] = {}

    def facts(
        self, db: Session, practical: Practical, *, is_waiting: bool, ahead: int
    ) -> EligibilityFacts:
        """Return the facts that the rules need for one date, without a statement."""
        places = tuple(place for place in self.places if place.course_key == practical.course_key)
        return facts_of(
            practical,
            self.account,
            places,
            self._missing_of(db, practical, places),
            self._overlaps(practical),
            is_waiting=is_waiting,
            eligible_ahead=ahead,
        )

    def _missing_of(
        self, db: Session, practical: Practical, places: tuple[ConfirmedPlace, ...]
    ) -> OpenRequirements:
        """The same for every date of a kind: fifty dates ask once."""
        kind = (practical.revision_id, practical.kind_key)
        if kind not in self._missing:
            done = self._done.get(practical.course_key, Done())
            self._missing[kind] = open_requirements_of(db, practical, places, done)
        return self._missing[kind]

    def _overlaps(self, practical: Practical) -> list[Overlap]:
        return [
            Overlap(other.id, other.title, other.starts_at, other.zone)
            for other in self._held
            if other.starts_at < practical.ends_at and other.ends_at > practical.starts_at
        ]


def _readable(db: Session, viewer: _Viewer, rows: Iterable[DateListRow]) -> list[DateListRow]:
    """Leave out the dates of courses that this version cannot read; the page of such a date says why."""
    closed = {
        place.course_key
        for place in viewer.places
        if courses.readable(db, place.revision_id) is None
    }
    return [
        row
        for row in rows
        if row.practical.course_key not in closed
        and courses.readable(db, row.practical.revision_id) is not None
    ]


def _date_row(db: Session, viewer: _Viewer, row: DateListRow, now: datetime) -> DateRow:
    practical, waiting, ahead = row.practical, row.waiting, row.ahead
    is_waiting = row.number is not None
    # The list does not check who on the waiting list could come: if anyone waits, the waiting list
    # comes first.
    facts = viewer.facts(
        db, practical, is_waiting=is_waiting, ahead=ahead if is_waiting else waiting
    )
    title = courses.revision(db, practical.revision_id).course.title
    return _kept_row(row, facts, title, _moment(row, now))


def _moment(row: DateListRow, now: datetime) -> datetime:
    """Round `now` down to the latest past deadline of this row. The rules compare `now` only with
    these deadlines."""
    return row.practical.moment(now, *([row.seat_until] if row.seat_until else ()))


@lru_cache(maxsize=KEPT_DATES)
def _kept_row(row: DateListRow, facts: EligibilityFacts, title: str, now: datetime) -> DateRow:
    """Return one row of the list, cached: students about whom the facts are the same share it."""
    booking = booking_window(row.practical, now)
    is_waiting = row.number is not None
    seat_facts = SeatFacts(practical=row.practical, now=now, person=facts)
    return DateRow(
        row.practical,
        title,
        row.seat_id,
        0 if booking.is_over else row.waiting,
        row.ahead + 1 if is_waiting and not booking.is_over else None,
        reasons_against(None, SeatEvent.book, seat_facts),
        reasons_against(None, SeatEvent.wait, seat_facts),
        booking,
        cancel_terms(row.practical, row.seat_until, now),
        is_waiting and booking.is_over,
        row.answer_until,
        row.has_lapsed,
    )


def _shared(rows: Sequence[DateRow]) -> tuple[Refusal, ...]:
    """Return what is said once for the whole list: what keeps this person from every one of its dates."""
    if not rows:
        return ()
    first, *others = (row.personal for row in rows)
    return tuple(
        unmet
        for unmet in first
        if unmet.reason in WHATEVER_THE_DATE and all(unmet in personal for personal in others)
    )


def _kinds(
    db: Session, practicals: Iterable[Practical], places: Iterable[ConfirmedPlace]
) -> tuple[tuple[str, str], ...]:
    """The kinds to filter by: those of the person's courses and those on the page."""
    titles = {
        f"{practical.course_key}/{practical.kind_key}": practical.title for practical in practicals
    }
    for place in places:
        published = courses.readable(db, place.revision_id)
        for kind in published.course.practicals if published else ():
            titles.setdefault(f"{place.course_key}/{kind.key}", kind.title)
    return tuple(sorted(titles.items(), key=lambda item: item[1]))
