"""Reads the people for whom a place on a practical can be reserved: those who match a search, or those who
probably come next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import people_search
from app.accounts.queries import Person
from app.courses import queries as courses
from app.courses.domain.delivery import required_modules
from app.db.paging import PAGE_SIZE, Page, page_of
from app.kit.actor import Role
from app.kit.errors import Refusal
from app.kit.ids import UserId
from app.practicals.domain import waiting
from app.practicals.domain.refusals import PracticalsReason
from app.practicals.domain.seat_guards import SeatFacts
from app.practicals.domain.seats import Practical
from app.practicals.domain.transitions import SeatEvent, reasons_against
from app.practicals.queries.eligibility_facts import (
    Candidate,
    assessed,
    first_waiters,
    read_candidates,
)
from app.practicals.queries.students_without_date import students_without_a_day

MOST_SUGGESTED = 200


@dataclass(frozen=True, slots=True)
class ReservationCandidate:
    """A person for whom a place can be reserved, and the reasons against it. The modules that are missing,
    out of those required, are not among the reasons: there may be many."""

    person: Person
    has_seat: bool
    is_waiting: bool
    unmet: tuple[Refusal, ...] = ()
    modules_missing: tuple[str, ...] = ()
    modules_required: int = 0

    @property
    def can_come(self) -> bool:
        return not (self.has_seat or self.unmet or self.modules_missing)


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """`are_suggested`: nothing was searched for, so these are the people who wait, and then those who have a
    confirmed place on the course and no practical."""

    practical: Practical
    page: Page[ReservationCandidate]
    are_suggested: bool


def candidates(
    db: Session, practical: Practical, words: str, *, number: int, now: datetime
) -> CandidatePage:
    """Return a page of the students whose name or address contains the words, or without words those who are
    suggested, with the reasons why reserving a place would be refused."""
    typed = words.strip()
    if typed:
        found_people = people_search.search_people(db, text=typed, role=Role.student, number=number)
        ids, total = [person.user_id for person in found_people.rows], found_people.total
    else:
        suggested = _suggested(db, practical)
        skipped = (number - 1) * PAGE_SIZE
        ids, total = suggested[skipped : skipped + PAGE_SIZE], len(suggested)
    rows = _with_reasons(db, practical, ids, now=now)
    return CandidatePage(
        practical, page_of(rows, number=number, total=total), are_suggested=not typed
    )


def _suggested(db: Session, practical: Practical) -> list[UserId]:
    """Return who waits, in the order of the list, and then who has no practical yet, by name."""
    waiters = first_waiters(db, practical.id, most=MOST_SUGGESTED)
    without_a_day = students_without_a_day(
        db, practical.course_key, practical.intake_id, most=MOST_SUGGESTED
    )
    ids = dict.fromkeys([*(waiter.user_id for waiter in waiters), *without_a_day])
    return list(ids)[:MOST_SUGGESTED]


def _with_reasons(
    db: Session, practical: Practical, ids: Sequence[UserId], *, now: datetime
) -> list[ReservationCandidate]:
    waiters = first_waiters(db, practical.id) if practical.free else []
    people = read_candidates(db, practical, [*ids, *(waiter.user_id for waiter in waiters)])
    queue = assessed(practical, waiters, people)
    required = _modules_required(db, practical)
    rows = []
    for user_id in ids:
        candidate = people[user_id]
        ahead = waiting.eligible_ahead(queue, user_id)
        facts = replace(candidate.facts, eligible_ahead=ahead)
        seat_facts = SeatFacts(practical=practical, now=now, person=facts)
        unmet = reasons_against(None, SeatEvent.reserve, seat_facts)
        rows.append(_row(replace(candidate, facts=facts), unmet, required))
    return rows


def _row(candidate: Candidate, unmet: tuple[Refusal, ...], required: int) -> ReservationCandidate:
    others = tuple(each for each in unmet if each.reason != PracticalsReason.modules)
    missing = candidate.facts.modules_missing if len(others) < len(unmet) else ()
    return ReservationCandidate(
        candidate.person,
        candidate.facts.has_seat,
        candidate.facts.is_waiting,
        others,
        missing,
        max(required, len(missing)),
    )


def _modules_required(db: Session, practical: Practical) -> int:
    """Return how many modules come before this kind of practical."""
    course = courses.revision(db, practical.revision_id).course
    kind = course.practical(practical.kind_key)
    return len(required_modules(kind, course)) if kind is not None else 0
