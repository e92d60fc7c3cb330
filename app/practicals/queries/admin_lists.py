"""Reads lists of practicals for admins and instructors: filtered, paged, grouped by week."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.db.paging import PAGE_SIZE, Page, page_of
from app.db.search_texts import holds_words
from app.kit.ids import UserId
from app.kit.messages import Message
from app.practicals.domain.day_outcomes import DayOutcome
from app.practicals.domain.seats import PracticalStatus, WaitingState
from app.practicals.domain.times import month_of, month_option, week_of
from app.practicals.models import PracticalInstructor, PracticalRow, WaitingEntry
from app.practicals.queries.past_days import day_outcomes
from app.practicals.queries.student_list_sql import DateFilters
from app.practicals.queries.summaries import SUMMARY, PracticalSummary, instructor_names

MOST_STARTS = 2_000
"""From how many practicals the choice of months is made."""
Rows = Select[*tuple[Any, ...]]


class ListedDays(StrEnum):
    """Which practicals a list shows."""

    coming = "coming"
    past = "past"
    draft = "draft"
    cancelled = "cancelled"


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One practical in a list for staff."""

    practical: PracticalSummary
    waiting: int
    instructors: tuple[str, ...]
    outcome: DayOutcome | None = None
    """How the day ended, if it is past."""


@dataclass(frozen=True, slots=True)
class Week:
    """The practicals of one week in the order of the list; `monday` is its first day."""

    monday: date
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True, slots=True)
class ListFilters:
    """The filters of an admin's list. `kind` is "course/kind", `month` is "2026-12"; None means
    all."""

    kind: str | None = None
    month: str | None = None
    instructor_id: UserId | None = None
    text: str = ""

    @property
    def any(self) -> bool:
        return bool(self.kind or self.month or self.instructor_id or self.text)


@dataclass(frozen=True, slots=True)
class ListChoices:
    """The choices of the filters of an admin's list, as pairs for a form."""

    kinds: tuple[tuple[str, str], ...]
    months: tuple[tuple[str, Message], ...]
    instructors: tuple[tuple[str, str], ...]


def board(
    db: Session, shown: ListedDays, narrowed: ListFilters, *, zone: str, number: int, now: datetime
) -> Page[BoardRow]:
    """Return the practicals of an admin's list: future ones beginning with the next, past ones
    beginning with the last. Raise Invalid for an invalid month."""
    query = _shown(shown, now).where(*_conditions(narrowed, zone))
    return _page(db, query, shown, number=number)


def coming(db: Session, *, now: datetime, most: int) -> tuple[BoardRow, ...]:
    """Return the next published practicals that are not over, in two statements."""
    rows = db.execute(_shown(ListedDays.coming, now).limit(most)).all()
    return _board_rows(db, rows, ListedDays.coming)


def teaching(
    db: Session, user_id: UserId, shown: ListedDays, *, number: int, since: datetime
) -> Page[BoardRow]:
    """Return the published practicals that an instructor teaches. Those that end after `since`, the
    beginning of today, count as coming, because today's practicals still have marks to sign when
    they are over."""
    query = _shown(shown, since).where(
        _taught_by(user_id), PracticalRow.status == PracticalStatus.published
    )
    return _page(db, query, shown, number=number)


def list_choices(db: Session, shown: ListedDays, *, zone: str, now: datetime) -> ListChoices:
    """Return the choices of the filters; the months are those in which the list has practicals."""
    kinds = tuple(
        (f"{published.course_key}/{kind.key}", kind.title)
        for published in courses.catalogue(db)
        for kind in published.course.practicals
    )
    starts = _shown(shown, now).with_only_columns(PracticalRow.starts_at).limit(MOST_STARTS)
    months = dict.fromkeys(month_of(moment, zone) for moment in db.scalars(starts))
    people = tuple((str(person.user_id), person.name) for person in accounts.instructors(db))
    return ListChoices(kinds, tuple(month_option(month) for month in months), people)


def by_week(rows: Sequence[BoardRow]) -> tuple[Week, ...]:
    """Return the rows grouped by week, in their order."""

    def monday(row: BoardRow) -> date:
        return week_of(row.practical.starts_at, row.practical.zone)

    return tuple(Week(day, tuple(week_rows)) for day, week_rows in groupby(rows, key=monday))


def _conditions(narrowed: ListFilters, zone: str) -> Iterator[ColumnElement[bool]]:
    if narrowed.kind is not None:
        course_key, _, kind_key = narrowed.kind.partition("/")
        yield PracticalRow.course_key == course_key
        yield PracticalRow.kind_key == kind_key
    if span := DateFilters(month=narrowed.month).span(zone):
        yield PracticalRow.starts_at >= span[0]
        yield PracticalRow.starts_at < span[1]
    if narrowed.instructor_id is not None:
        yield _taught_by(narrowed.instructor_id)
    if narrowed.text:
        yield holds_words(PracticalRow.search_text, narrowed.text)


def _taught_by(user_id: UserId) -> ColumnElement[bool]:
    taught = select(PracticalInstructor.practical_id).where(PracticalInstructor.user_id == user_id)
    return PracticalRow.id.in_(taught)


def _shown(shown: ListedDays, now: datetime) -> Rows:
    waiting = select(func.count()).where(
        WaitingEntry.practical_id == PracticalRow.id, WaitingEntry.state == WaitingState.waiting
    )
    query: Rows = select(*SUMMARY, waiting.scalar_subquery(), func.count().over())
    published = PracticalRow.status == PracticalStatus.published
    if shown is ListedDays.past:
        query = query.where(published, PracticalRow.ends_at <= now)
        return query.order_by(PracticalRow.starts_at.desc(), PracticalRow.id)
    if shown is ListedDays.coming:
        query = query.where(published, PracticalRow.ends_at > now)
    else:
        query = query.where(PracticalRow.status == PracticalStatus(shown.value))
    return query.order_by(PracticalRow.starts_at, PracticalRow.id)


def _page(db: Session, query: Rows, shown: ListedDays, *, number: int) -> Page[BoardRow]:
    rows = db.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    counted = rows
    if not rows and number > 1:  # past the end; the first row knows how many there are
        counted = db.execute(query.limit(1)).all()
    total = counted[0][-1] if counted else 0
    return page_of(_board_rows(db, rows, shown), number=number, total=total)


def _board_rows(
    db: Session, rows: Sequence[Row[*tuple[Any, ...]]], shown: ListedDays
) -> tuple[BoardRow, ...]:
    briefs = [PracticalSummary(*row[:-2]) for row in rows]
    days = [brief.practical_id for brief in briefs]
    names = instructor_names(db, days)
    outcomes = day_outcomes(db, days) if shown is ListedDays.past else {}
    return tuple(
        BoardRow(
            brief,
            row[-2],
            names.get(brief.practical_id, ()),
            outcomes.get(brief.practical_id),
        )
        for brief, row in zip(briefs, rows, strict=True)
    )
