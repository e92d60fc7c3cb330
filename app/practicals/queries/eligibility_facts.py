"""What the rules must know of people, gathered in a few statements however many they are."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.actor import Role
from app.accounts.queries import Person
from app.courses import queries as courses
from app.courses.domain.delivery import required_modules
from app.db.base import table_of
from app.db.prepared import Prepared
from app.enrolments import queries as enrolments
from app.enrolments.queries import Place
from app.kit.ids import PracticalId, UserId
from app.learning import queries as learning
from app.learning.domain import Done, missing_modules
from app.practicals.domain import waiting
from app.practicals.domain.seats import (
    Facts,
    Gate,
    Overlap,
    PracticalStatus,
    SeatState,
    WaitingState,
    eligibility,
)
from app.practicals.domain.waiting import Waiter
from app.practicals.models import Practical, Seat, WaitingEntry

GATE_COLUMNS = tuple(table_of(Practical).c[field.name] for field in fields(Gate))
GATE = Prepared(select(*GATE_COLUMNS).where(table_of(Practical).c.id == bindparam("practical_id")))
BATCH = 50


@dataclass(frozen=True, slots=True)
class Known:
    """A person and what the rules must know of them for one practical."""

    person: Person
    facts: Facts


@dataclass(frozen=True, slots=True)
class Missing:
    """What a kind of day still asks of one person in the theory, and whether it asks for life support."""

    modules: tuple[str, ...] = ()
    final_test: bool = False
    asks_life_support: bool = False


def gate_of(db: Session, practical_id: PracticalId) -> Gate | None:
    """Read a gate without taking it: good for pages, not for decisions."""
    row = GATE.one_or_none(db, practical_id=practical_id)
    return None if row is None else Gate(*row)


def known_people(db: Session, gate: Gate, user_ids: Iterable[UserId]) -> dict[UserId, Known]:
    """Return the facts of people for one practical, in five statements."""
    wanted = list(dict.fromkeys(user_ids))
    people = accounts.people(db, wanted)
    places = enrolments.places_of_many(db, wanted, gate.course_key)
    done = learning.done_by_many(db, wanted, gate.course_key)
    held = held_then(db, gate, wanted)
    waiting_ids = _waiting_now(db, gate.id, wanted)
    return {
        user_id: Known(
            person,
            facts_of(
                gate,
                person,
                places[user_id],
                missing_of(db, gate, places[user_id], done[user_id]),
                held.get(user_id, ()),
                is_waiting=user_id in waiting_ids,
            ),
        )
        for user_id, person in people.items()
    }


def facts_of(
    gate: Gate,
    person: Person,
    places: tuple[Place, ...],
    missing: Missing,
    held: Iterable[Overlap],
    *,
    is_waiting: bool,
    eligible_ahead: int = 0,
) -> Facts:
    """Put the facts of one person together. `places` are theirs on the course of the gate; `held` are
    their seats that overlap with it, its own one included."""
    return Facts(
        is_active=not person.is_closed,
        is_confirmed=person.is_confirmed,
        has_certificate_name=bool(person.certificate_name),
        has_place=bool(places),
        is_in_intake=any(place.intake_id == gate.intake_id for place in places),
        modules_missing=missing.modules,
        final_test_missing=missing.final_test,
        needs_life_support=missing.asks_life_support,
        life_support_until=person.life_support_until,
        has_seat=any(overlap.practical_id == gate.id for overlap in held),
        is_waiting=is_waiting,
        overlap=other_than(gate, held),
        eligible_ahead=eligible_ahead,
        is_student=Role.student in person.roles,
    )


def missing_of(db: Session, gate: Gate, places: tuple[Place, ...], done: Done) -> Missing:
    """Return what the gate's kind of day still asks of a person; no statement while the revisions are in
    memory. Modules and the test are those of the revision that their place pins."""
    kind = courses.revision(db, gate.revision_id).course.practical(gate.kind_key)
    if kind is None:
        return Missing()
    if not places:
        return Missing(asks_life_support=kind.basic_life_support)
    course = courses.revision(db, places[0].revision_id).course
    required = required_modules(kind, course)
    return Missing(
        tuple(module.title for module in missing_modules(course, required, done)),
        kind.final_test and course.final_test not in done.quizzes,
        kind.basic_life_support,
    )


def first_waiters(
    db: Session, practical_id: PracticalId, *, after: int = 0, most: int = BATCH
) -> list[Waiter]:
    """Return the head of the queue behind number `after`, without asking who could come."""
    rows = db.execute(
        select(WaitingEntry.id, WaitingEntry.user_id, WaitingEntry.number)
        .where(
            WaitingEntry.practical_id == practical_id,
            WaitingEntry.state == WaitingState.waiting,
            WaitingEntry.number > after,
        )
        .order_by(WaitingEntry.number)
        .limit(most)
    )
    return [Waiter(*row) for row in rows]


def judged(gate: Gate, waiters: Iterable[Waiter], known: dict[UserId, Known]) -> list[Waiter]:
    """Return the waiters with the reasons why they could not come now."""
    return [
        replace(
            waiter,
            unmet=tuple(unmet.reason for unmet in eligibility(gate, known[waiter.user_id].facts)),
        )
        for waiter in waiters
    ]


def eligible_ahead(db: Session, gate: Gate, user_id: UserId) -> int:
    """Count who of the head of the waiting list comes before this person and could come; ask only
    where somebody waits beside a free place."""
    waiters = first_waiters(db, gate.id)
    known = known_people(db, gate, [waiter.user_id for waiter in waiters])
    return waiting.eligible_ahead(judged(gate, waiters, known), user_id)


def other_than(gate: Gate, held: Iterable[Overlap]) -> Overlap | None:
    """Return the first of these places that is on another day than the gate's."""
    return next((overlap for overlap in held if overlap.practical_id != gate.id), None)


def held_then(db: Session, gate: Gate, user_ids: list[UserId]) -> dict[UserId, tuple[Overlap, ...]]:
    """Return the places these people hold at the time of the gate, its own ones included."""
    rows = db.execute(
        select(Seat.user_id, Practical.id, Practical.title, Practical.starts_at, Practical.zone)
        .join(Practical, Practical.id == Seat.practical_id)
        .where(
            Seat.user_id.in_(user_ids),
            Seat.state == SeatState.confirmed,
            Practical.status == PracticalStatus.published,
            Practical.starts_at < gate.ends_at,
            Practical.ends_at > gate.starts_at,
        )
        .order_by(Practical.starts_at, Practical.id)
    )
    found: dict[UserId, tuple[Overlap, ...]] = {}
    for user_id, practical_id, title, starts_at, zone in rows:
        overlap = Overlap(practical_id, title, starts_at, zone)
        found[user_id] = (*found.get(user_id, ()), overlap)
    return found


def _waiting_now(db: Session, practical_id: PracticalId, user_ids: list[UserId]) -> set[UserId]:
    return set(
        db.scalars(
            select(WaitingEntry.user_id).where(
                WaitingEntry.practical_id == practical_id,
                WaitingEntry.state == WaitingState.waiting,
                WaitingEntry.user_id.in_(user_ids),
            )
        )
    )


def holds_seat(db: Session, seat_id: UUID) -> bool:
    """Return whether this place is still held."""
    wanted = select(Seat.id).where(Seat.id == seat_id, Seat.state == SeatState.confirmed)
    return db.scalar(wanted) is not None


def waits(db: Session, entry_id: UUID) -> bool:
    """Return whether this entry of a waiting list still waits."""
    live = (WaitingEntry.id == entry_id, WaitingEntry.state == WaitingState.waiting)
    return db.scalar(select(WaitingEntry.id).where(*live)) is not None
