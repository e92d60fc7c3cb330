"""Reads who has a place on a future practical without a proof of basic life support for it. Callers
check permissions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.courses import queries as courses
from app.kit.errors import Refusal
from app.kit.ids import UserId
from app.practicals.domain.life_support import life_support_unmet
from app.practicals.domain.seats import PracticalStatus
from app.practicals.models import PracticalRow, Seat
from app.practicals.queries.outdated import PlannedDay, days_not_over
from app.practicals.queries.summaries import SUMMARY, PracticalSummary
from app.practicals.seat_conditions import is_expected


@dataclass(frozen=True, slots=True)
class HolderWithoutProof:
    """A person with a place whose proof does not cover the day, and what is missing."""

    user_id: UserId
    name: str
    unmet: Refusal


@dataclass(frozen=True, slots=True)
class UncoveredDay:
    """A future practical, and the people with a place but without a proof for it, by name."""

    practical: PracticalSummary
    people: tuple[HolderWithoutProof, ...]


def uncovered_days(
    db: Session, planned: Iterable[PlannedDay] | None = None, *, now: datetime
) -> tuple[UncoveredDay, ...]:
    """Return the published future practicals that require a proof and on which somebody with a
    place has none for the day, the next first, in two statements. `planned` is the result of
    `days_not_over` if the caller has it already."""
    planned = days_not_over(db, now=now) if planned is None else planned
    asking = {
        (day.revision_id, day.kind_key)
        for day in (planned_day.practical for planned_day in planned)
        if _asks(db, day)
    }
    if not asking:
        return ()
    kinds = [
        and_(PracticalRow.revision_id == revision_id, PracticalRow.kind_key == kind_key)
        for revision_id, kind_key in asking
    ]
    until = PERSON.life_support_until
    rows = db.execute(
        select(*SUMMARY, PERSON.id, PERSON.name, until)
        .join(Seat, Seat.practical_id == PracticalRow.id)
        .join(PEOPLE, PERSON.id == Seat.user_id)
        .where(
            PracticalRow.status == PracticalStatus.published,
            PracticalRow.starts_at > now,
            is_expected(Seat.state),
            or_(*kinds),
            # The day in UTC, which differs from the venue's day by at most one; the rule below
            # decides exactly.
            or_(until.is_(None), until <= func.date(PracticalRow.starts_at)),
        )
        .order_by(PracticalRow.starts_at, PracticalRow.id, PERSON.sort_key, PERSON.id)
    )
    people_by_day: dict[PracticalSummary, list[HolderWithoutProof]] = {}
    for *brief, user_id, name, last_day in rows:
        day = PracticalSummary(*brief)
        unmet = life_support_unmet(last_day, day.starts_at, day.zone)
        if unmet is not None:
            people_by_day.setdefault(day, []).append(HolderWithoutProof(user_id, name, unmet))
    return tuple(UncoveredDay(day, tuple(people)) for day, people in people_by_day.items())


def _asks(db: Session, day: PracticalSummary) -> bool:
    """Whether the kind of a day asks for a proof; no statement while its revision is in memory. Nobody
    can say it of a course that this version cannot read."""
    published = courses.readable(db, day.revision_id)
    kind = published.course.practical(day.kind_key) if published else None
    return kind is not None and kind.basic_life_support
