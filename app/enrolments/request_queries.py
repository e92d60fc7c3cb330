"""Reads requests for the office's lists: of all intakes or of one, with those that were decided just now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.db.base import table_of
from app.db.paging import PAGE_SIZE, Page, page_of
from app.enrolments import policy
from app.enrolments.admin_queries import ENROLMENT, INTAKE, PEOPLE_IN, EnrolmentRow, enrolment_row
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import IntakeRow, UndoableDecision
from app.enrolments.pending import IntakeToDecide, requests_to_decide
from app.kit.actor import Actor, require
from app.kit.errors import Invalid, NotFound
from app.kit.ids import EnrolmentId, IntakeId
from app.kit.messages import Message, msg
from app.kit.undo_time import UNDO_TIME

Listed = TypeVar("Listed")
DECISIONS = table_of(UndoableDecision)
DECISION = DECISIONS.c
_REQUESTS = PEOPLE_IN.add_columns(
    INTAKE.title.label("intake_title"), INTAKE.starts_on.label("starts_on")
)
UNKNOWN_INTAKE: Final = msg("There is no such intake. Choose one of the list.")
_OLDEST_FIRST = (ENROLMENT.requested_at, ENROLMENT.id)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A person who asks for a place, or about whom the office decided just now, with the intake."""

    person: EnrolmentRow
    course_title: str
    intake_title: str
    starts_on: date

    @property
    def intake_words(self) -> Message:
        return msg("{course}, {intake}", course=self.course_title, intake=self.intake_title)


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """The requests of all intakes, or of the chosen one. `rows.total` counts only those to decide;
    `intakes` are all that have some."""

    rows: Page[RequestRow]
    intakes: tuple[IntakeToDecide, ...]
    intake_id: IntakeId | None


def requests_page(
    db: Session, actor: Actor, *, intake_id: IntakeId | None, number: int, now: datetime
) -> RequestsPage:
    """Return a page of the requests that wait for a decision, the oldest first. People who were decided just
    now keep their place in the list while the decision can be undone."""
    require(policy.may_manage_intakes(actor))
    intakes = requests_to_decide(db)
    _demand_known(db, intake_id, intakes)
    total = sum(each.count for each in intakes if intake_id in (None, each.intake_id))
    waiting = _REQUESTS.where(ENROLMENT.state == EnrolmentState.requested)
    if intake_id is not None:
        waiting = waiting.where(ENROLMENT.intake_id == intake_id)
    listed = waiting.order_by(*_OLDEST_FIRST).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    titles = _course_titles(db)
    rows = [_request(row, titles) for row in db.execute(listed)]
    decided = [_request(row, titles) for row in _decided_now(db, intake_id, now=now)]
    page = page_of(rows, number=number, total=total)
    merged = _with_decided(page, decided, lambda row: _place_in_list(row.person))
    return RequestsPage(merged, intakes, intake_id)


def _demand_known(
    db: Session, intake_id: IntakeId | None, intakes: Sequence[IntakeToDecide]
) -> None:
    """Refuse an intake that does not exist: a list without rows would say that it has no requests."""
    if intake_id is None or intake_id in {each.intake_id for each in intakes}:
        return
    if db.get(IntakeRow, intake_id) is None:
        raise Invalid(UNKNOWN_INTAKE)


def with_decided_now(
    db: Session, actor: Actor, page: Page[EnrolmentRow], intake_id: IntakeId, *, now: datetime
) -> Page[EnrolmentRow]:
    """Return a page of the requests of one intake together with the people who were decided just now."""
    require(policy.may_manage_intakes(actor))
    decided = [enrolment_row(row) for row in _decided_now(db, intake_id, now=now)]
    return _with_decided(page, decided, _place_in_list)


def requests_of(
    db: Session, actor: Actor, enrolment_ids: Sequence[EnrolmentId]
) -> tuple[RequestRow, ...]:
    """Return these enrolments in the order of the list, whatever their state. Raise NotFound if there are
    none, or if one does not exist."""
    require(policy.may_manage_intakes(actor))
    chosen = _REQUESTS.where(ENROLMENT.id.in_(enrolment_ids)).order_by(*_OLDEST_FIRST)
    rows = db.execute(chosen).all()
    if not rows or len(rows) < len(set(enrolment_ids)):
        raise NotFound
    titles = _course_titles(db)
    return tuple(_request(row, titles) for row in rows)


def is_undoable(db: Session, actor: Actor, enrolment_id: EnrolmentId, *, now: datetime) -> bool:
    """Return whether the last decision about an enrolment can be undone now."""
    require(policy.may_manage_intakes(actor))
    decisions = select(ENROLMENT.id).join(DECISIONS, _decided_within_undo_time(now))
    return db.scalars(decisions.where(ENROLMENT.id == enrolment_id)).first() is not None


def _decided_now(db: Session, intake_id: IntakeId | None, *, now: datetime) -> Sequence[Row[Any]]:
    """Return the requests that any admin decided just now, as rows of `_REQUESTS`."""
    decided = _REQUESTS.join(DECISIONS, _decided_within_undo_time(now)).where(
        DECISION.state_before == EnrolmentState.requested
    )
    if intake_id is not None:
        decided = decided.where(ENROLMENT.intake_id == intake_id)
    return db.execute(decided.order_by(*_OLDEST_FIRST)).all()


def _decided_within_undo_time(now: datetime) -> ColumnElement[bool]:
    """Return the condition that joins an enrolment to the decision that made it what it is now."""
    return and_(
        DECISION.enrolment_id == ENROLMENT.id,
        DECISION.cause_id.is_(None),
        DECISION.undone_at.is_(None),
        DECISION.state_after == ENROLMENT.state,
        DECISION.decided_at == ENROLMENT.decided_at,
        DECISION.decided_at > now - UNDO_TIME,
    )


def _with_decided(
    page: Page[Listed], decided: list[Listed], key: Callable[[Listed], tuple[Any, ...]]
) -> Page[Listed]:
    """Return a page with those of the decided people who stand between its first and its last row."""
    keys = [key(row) for row in page.rows]
    among = [
        row
        for row in decided
        if (not page.has_previous or key(row) > keys[0])
        and (not page.has_next or key(row) < keys[-1])
    ]
    return replace(page, rows=tuple(sorted((*page.rows, *among), key=key)))


def _place_in_list(person: EnrolmentRow) -> tuple[datetime, EnrolmentId]:
    return (person.requested_at, person.enrolment_id)


def _course_titles(db: Session) -> dict[str, str]:
    return {entry.course_key: entry.course.title for entry in courses.catalogue(db)}


def _request(row: Row[Any], titles: dict[str, str]) -> RequestRow:
    return RequestRow(
        person=enrolment_row(row),
        course_title=titles.get(row.course_key, row.course_key),
        intake_title=row.intake_title,
        starts_on=row.starts_on,
    )
