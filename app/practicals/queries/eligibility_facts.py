"""Reads the facts about people that the rules need, in a few statements for any number of people."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.queries import Person
from app.courses import queries as courses
from app.courses.domain.delivery import required_modules
from app.db.base import table_of
from app.db.prepared import Prepared
from app.enrolments import queries as enrolments
from app.enrolments.queries import ConfirmedPlace
from app.kit.actor import Actor, Role
from app.kit.ids import PracticalId, UserId
from app.learning import queries as learning
from app.learning.domain import Done, missing_modules
from app.practicals.domain import waiting
from app.practicals.domain.seats import (
    EligibilityFacts,
    Overlap,
    Practical,
    PracticalStatus,
    WaitingState,
    eligibility,
)
from app.practicals.domain.waiting import Waiter
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.practicals.seat_conditions import is_expected, is_live

PRACTICAL_COLUMNS = tuple(table_of(PracticalRow).c[field.name] for field in fields(Practical))
PRACTICAL = Prepared(
    select(*PRACTICAL_COLUMNS).where(table_of(PracticalRow).c.id == bindparam("practical_id"))
)
BATCH = 50


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The facts about a person's account that the rules need."""

    is_active: bool
    is_confirmed: bool
    has_certificate_name: bool
    life_support_until: date | None
    is_student: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person with the facts that the rules need for one practical."""

    person: Person
    facts: EligibilityFacts


@dataclass(frozen=True, slots=True)
class OpenRequirements:
    """The theory that one person still needs for a kind of practical, and whether it requires life
    support."""

    modules: tuple[str, ...] = ()
    final_test: bool = False
    asks_life_support: bool = False


def read_practical(db: Session, practical_id: PracticalId) -> Practical | None:
    """Read a practical without locking it: enough for pages, but not for decisions."""
    row = PRACTICAL.one_or_none(db, practical_id=practical_id)
    return None if row is None else Practical(*row)


def read_candidates(
    db: Session, practical: Practical, user_ids: Iterable[UserId]
) -> dict[UserId, Candidate]:
    """Return the facts of people for one practical, in five statements."""
    wanted = list(dict.fromkeys(user_ids))
    people = accounts.people(db, wanted)
    places = enrolments.places_of_many(db, wanted, practical.course_key)
    done = learning.done_by_many(db, wanted, practical.course_key)
    held = seats_at_same_time(db, practical, wanted)
    waiting_ids = _waiting_now(db, practical.id, wanted)
    return {
        user_id: Candidate(
            person,
            facts_of(
                practical,
                account_of(person),
                places[user_id],
                open_requirements_of(db, practical, places[user_id], done[user_id]),
                held.get(user_id, ()),
                is_waiting=user_id in waiting_ids,
            ),
        )
        for user_id, person in people.items()
    }


def account_of(person: Person) -> AccountFacts:
    return AccountFacts(
        is_active=not person.is_closed,
        is_confirmed=person.is_confirmed,
        has_certificate_name=bool(person.certificate_name),
        life_support_until=person.life_support_until,
        is_student=Role.student in person.roles,
    )


def account_of_actor(actor: Actor) -> AccountFacts:
    """As `account_of`, for the person who is signed in, without a statement."""
    return AccountFacts(
        is_active=True,  # a signed-in person has an open account
        is_confirmed=actor.confirmed,
        has_certificate_name=actor.has_certificate_name,
        life_support_until=actor.life_support_until,
        is_student=actor.is_student,
    )


def facts_of(
    practical: Practical,
    account: AccountFacts,
    places: tuple[ConfirmedPlace, ...],
    missing: OpenRequirements,
    held: Iterable[Overlap],
    *,
    is_waiting: bool,
    eligible_ahead: int = 0,
) -> EligibilityFacts:
    """Combine the facts about one person. `places` are their places on the course of the practical;
    `held` are their seats that overlap with it, including a seat on it."""
    return EligibilityFacts(
        is_active=account.is_active,
        is_confirmed=account.is_confirmed,
        has_certificate_name=account.has_certificate_name,
        has_place=bool(places),
        is_in_intake=any(place.intake_id == practical.intake_id for place in places),
        modules_missing=missing.modules,
        final_test_missing=missing.final_test,
        needs_life_support=missing.asks_life_support,
        life_support_until=account.life_support_until,
        has_seat=any(overlap.practical_id == practical.id for overlap in held),
        is_waiting=is_waiting,
        overlap=overlap_on_other_practical(practical, held),
        eligible_ahead=eligible_ahead,
        is_student=account.is_student,
    )


def open_requirements_of(
    db: Session, practical: Practical, places: tuple[ConfirmedPlace, ...], done: Done
) -> OpenRequirements:
    """Return what this kind of practical still requires of a person, without a statement while the
    revisions are in memory. Modules and test are those of the revision that their place pins."""
    kind = courses.revision(db, practical.revision_id).course.practical(practical.kind_key)
    if kind is None:
        return OpenRequirements()
    if not places:
        return OpenRequirements(asks_life_support=kind.basic_life_support)
    course = courses.revision(db, places[0].revision_id).course
    required = required_modules(kind, course)
    return OpenRequirements(
        tuple(module.title for module in missing_modules(course, required, done)),
        kind.final_test and course.final_test not in done.quizzes,
        kind.basic_life_support,
    )


def first_waiters(
    db: Session, practical_id: PracticalId, *, after: int = 0, most: int = BATCH
) -> list[Waiter]:
    """Return the first people of the waiting list after number `after`, without checking who could
    come."""
    rows = db.execute(
        select(WaitingEntry.id, WaitingEntry.user_id, WaitingEntry.number, WaitingEntry.policy)
        .where(
            WaitingEntry.practical_id == practical_id,
            WaitingEntry.state == WaitingState.waiting,
            WaitingEntry.number > after,
        )
        .order_by(WaitingEntry.number)
        .limit(most)
    )
    return [Waiter(row.id, row.user_id, row.number, policy=row.policy) for row in rows]


def assessed(
    practical: Practical, waiters: Iterable[Waiter], candidates: dict[UserId, Candidate]
) -> list[Waiter]:
    """Return the waiters with the reasons why they could not come now."""
    return [
        replace(
            waiter,
            unmet=tuple(
                unmet.message for unmet in eligibility(practical, candidates[waiter.user_id].facts)
            ),
        )
        for waiter in waiters
    ]


def eligible_ahead(db: Session, practical: Practical, user_id: UserId) -> int:
    """Count the eligible people before this person on the waiting list. Call this only if somebody
    waits although a place is free."""
    waiters = first_waiters(db, practical.id)
    candidates = read_candidates(db, practical, [waiter.user_id for waiter in waiters])
    return waiting.eligible_ahead(assessed(practical, waiters, candidates), user_id)


def overlap_on_other_practical(practical: Practical, held: Iterable[Overlap]) -> Overlap | None:
    """Return the first of these places that is on another practical."""
    return next((overlap for overlap in held if overlap.practical_id != practical.id), None)


def seats_at_same_time(
    db: Session, practical: Practical, user_ids: list[UserId]
) -> dict[UserId, tuple[Overlap, ...]]:
    """Return the places on which these people are expected at the time of the practical, and every living
    seat of theirs on it."""
    rows = db.execute(
        select(
            Seat.user_id,
            PracticalRow.id,
            PracticalRow.title,
            PracticalRow.starts_at,
            PracticalRow.zone,
        )
        .join(PracticalRow, PracticalRow.id == Seat.practical_id)
        .where(
            Seat.user_id.in_(user_ids),
            or_(
                is_expected(Seat.state), and_(PracticalRow.id == practical.id, is_live(Seat.state))
            ),
            PracticalRow.status == PracticalStatus.published,
            PracticalRow.starts_at < practical.ends_at,
            PracticalRow.ends_at > practical.starts_at,
        )
        .order_by(PracticalRow.starts_at, PracticalRow.id)
    )
    overlaps: dict[UserId, tuple[Overlap, ...]] = {}
    for user_id, practical_id, title, starts_at, zone in rows:
        assert user_id is not None  # noqa: S101 - the condition names people
        overlap = Overlap(practical_id, title, starts_at, zone)
        overlaps[user_id] = (*overlaps.get(user_id, ()), overlap)
    return overlaps


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
    wanted = select(Seat.id).where(Seat.id == seat_id, is_expected(Seat.state))
    return db.scalar(wanted) is not None


def still_waits(db: Session, entry_id: UUID) -> bool:
    """Return whether this waiting-list entry still waits."""
    live = (WaitingEntry.id == entry_id, WaitingEntry.state == WaitingState.waiting)
    return db.scalar(select(WaitingEntry.id).where(*live)) is not None
