"""Finds practicals, and the people who have places on the practicals of an instructor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PERSON
from app.db.search_texts import holds_words
from app.kit.ids import UserId
from app.practicals.domain.seats import PracticalStatus
from app.practicals.models import PracticalInstructor, PracticalRow, Seat
from app.practicals.queries.admin_lists import ListedDays
from app.practicals.queries.summaries import SUMMARY, PracticalSummary, instructor_names
from app.practicals.seat_conditions import is_expected


@dataclass(frozen=True, slots=True)
class PracticalMatch:
    practical: PracticalSummary
    instructors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PracticalMatches:
    """The first practicals that match, and how many there are in each list of practicals."""

    rows: tuple[PracticalMatch, ...]
    counts: dict[ListedDays, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def find_practicals(
    db: Session, *, text: str, taught_by: UserId | None, now: datetime, most: int
) -> PracticalMatches:
    """Return practicals whose title or room has every word of the text, in two statements: the coming ones
    first, the next one at the top, and then those before, the last one first. With `taught_by`, only those
    published that this person teaches."""
    lists = _lists(now)
    counts = [func.sum(case((condition, 1), else_=0)).over() for condition in lists.values()]
    is_over = PracticalRow.ends_at <= now
    query = select(*SUMMARY, *counts).where(holds_words(PracticalRow.search_text, text))
    if taught_by is not None:
        query = query.where(*_taught_by(taught_by))
    rows = db.execute(
        query.order_by(
            is_over,
            case((~is_over, PracticalRow.starts_at)),
            PracticalRow.starts_at.desc(),
            PracticalRow.id,
        ).limit(most)
    ).all()
    practicals = [PracticalSummary(*row[: len(SUMMARY)]) for row in rows]
    names = instructor_names(db, [practical.practical_id for practical in practicals])
    totals = rows[0][len(SUMMARY) :] if rows else [0] * len(lists)
    return PracticalMatches(
        tuple(PracticalMatch(each, names.get(each.practical_id, ())) for each in practicals),
        {shown: int(total) for shown, total in zip(lists, totals, strict=True) if total},
    )


def has_place_with(instructor_id: UserId) -> ColumnElement[bool]:
    """Return the condition on a person that they have a place on a practical of this instructor."""
    return PERSON.id.in_(_places_with(instructor_id).with_only_columns(Seat.user_id))


def practicals_with(
    db: Session, instructor_id: UserId, student_ids: Sequence[UserId]
) -> dict[UserId, tuple[PracticalSummary, ...]]:
    """Return on which practicals of this instructor each of these people has a place, the last one first, in
    one statement."""
    practicals: dict[UserId, tuple[PracticalSummary, ...]] = {}
    rows = db.execute(
        _places_with(instructor_id)
        .where(Seat.user_id.in_(student_ids))
        .order_by(PracticalRow.starts_at.desc(), PracticalRow.id)
        .with_only_columns(Seat.user_id, *SUMMARY)
    )
    for student_id, *columns in rows:
        practicals[student_id] = (*practicals.get(student_id, ()), PracticalSummary(*columns))
    return practicals


def _lists(now: datetime) -> dict[ListedDays, ColumnElement[bool]]:
    """Return which practicals stand in which list; each stands in one."""
    is_published = PracticalRow.status == PracticalStatus.published
    return {
        ListedDays.coming: and_(is_published, PracticalRow.ends_at > now),
        ListedDays.past: and_(is_published, PracticalRow.ends_at <= now),
        ListedDays.draft: PracticalRow.status == PracticalStatus.draft,
        ListedDays.cancelled: PracticalRow.status == PracticalStatus.cancelled,
    }


def _taught_by(user_id: UserId) -> tuple[ColumnElement[bool], ...]:
    taught = select(PracticalInstructor.practical_id).where(PracticalInstructor.user_id == user_id)
    return (
        PracticalRow.id.in_(taught),
        PracticalRow.status == PracticalStatus.published,
    )


def _places_with(instructor_id: UserId) -> Select[Seat]:
    """Return the places on the published practicals of an instructor: those on their rosters."""
    return (
        select(Seat)
        .join(PracticalRow, PracticalRow.id == Seat.practical_id)
        .where(is_expected(Seat.state), *_taught_by(instructor_id))
    )
