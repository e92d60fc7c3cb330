"""Reading enquiries: the office's list, one of them, and how many wait."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.queries import people
from app.courses import queries as courses
from app.db.paging import PAGE_SIZE, Page, page_of
from app.db.search_texts import holds_words
from app.enquiries import domain, policy
from app.enquiries.domain import Topic
from app.enquiries.models import Enquiry
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import EnquiryId


class EnquiryFilter(StrEnum):
    """The three views of the list."""

    open = "open"
    answered = "answered"
    all = "all"


@dataclass(frozen=True, slots=True)
class EnquiryRow:
    enquiry_id: EnquiryId
    name: str = field(repr=False)
    email: str = field(repr=False)
    topic: Topic
    received_at: datetime
    is_answered: bool


@dataclass(frozen=True, slots=True)
class EnquiryPage:
    """One question with its answer, if there is one. `course_title` is None if it is about no known
    course."""

    enquiry_id: EnquiryId
    name: str = field(repr=False)
    email: str = field(repr=False)
    phone: str | None = field(repr=False)
    topic: Topic
    course_title: str | None
    message: str = field(repr=False)
    received_at: datetime
    answered_at: datetime | None
    answered_by: str | None
    note: str | None = field(repr=False)

    @property
    def is_answered(self) -> bool:
        return domain.answer_refusal(self.answered_at) is not None


@dataclass(frozen=True, slots=True)
class WaitingEnquiries:
    """How many questions wait for an answer, and since when the first does."""

    count: int
    oldest_at: datetime


def enquiries(
    db: Session, actor: Actor, *, which: EnquiryFilter, text: str, number: int
) -> Page[EnquiryRow]:
    """Return one page in two statements. Unanswered enquiries are sorted oldest first, the others
    newest first."""
    require(policy.may_see_enquiries(actor))
    matching = _matching(which, text)
    order = Enquiry.received_at.asc() if which is EnquiryFilter.open else Enquiry.received_at.desc()
    total = db.scalar(select(func.count()).select_from(Enquiry).where(*matching)) or 0
    rows = db.scalars(
        select(Enquiry)
        .where(*matching)
        .order_by(order, Enquiry.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return page_of([_row(row) for row in rows], number=number, total=total)


def find_enquiries(
    db: Session, actor: Actor, *, text: str, email: str | None, most: int
) -> Page[EnquiryRow]:
    """Return the first enquiries that have every word of the text in their name, address or question, in one
    statement: those from the address `email` first, then the newest first."""
    require(policy.may_see_enquiries(actor))
    holds = holds_words(Enquiry.search_text, text)
    is_exact = Enquiry.email == email
    order: list[ColumnElement[Any]] = [Enquiry.received_at.desc(), Enquiry.id.asc()]
    if email is not None:
        order.insert(0, case((is_exact, 0), else_=1).asc())
    rows = db.execute(
        select(Enquiry, func.count().over())
        .where(holds if email is None else or_(is_exact, holds))
        .order_by(*order)
        .limit(most)
    ).all()
    return Page(tuple(_row(row) for row, _ in rows), 1, rows[0][1] if rows else 0, most)


def enquiry(db: Session, actor: Actor, enquiry_id: EnquiryId) -> EnquiryPage:
    """Return one enquiry, or raise NotFound."""
    require(policy.may_see_enquiries(actor))
    row = db.get(Enquiry, enquiry_id)
    if row is None:
        raise NotFound
    card = courses.course_card(db, row.course_key) if row.course_key else None
    by = people(db, [row.answered_by]) if row.answered_by else {}
    return EnquiryPage(
        enquiry_id=row.id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        topic=row.topic,
        course_title=card.title if card else row.course_key,
        message=row.message,
        received_at=row.received_at,
        answered_at=row.answered_at,
        answered_by=next((person.name for person in by.values()), None),
        note=row.note,
    )


def waiting_enquiries(db: Session) -> WaitingEnquiries | None:
    """Return how many questions wait, or None if there are none. One statement, for the office's
    home page."""
    count, oldest_at = db.execute(
        select(func.count(), func.min(Enquiry.received_at)).where(Enquiry.answered_at.is_(None))
    ).one()
    return WaitingEnquiries(count, oldest_at) if count else None


def _row(row: Enquiry) -> EnquiryRow:
    is_answered = row.answered_at is not None
    return EnquiryRow(row.id, row.name, row.email, row.topic, row.received_at, is_answered)


def _matching(which: EnquiryFilter, text: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which is EnquiryFilter.open:
        conditions.append(Enquiry.answered_at.is_(None))
    if which is EnquiryFilter.answered:
        conditions.append(Enquiry.answered_at.is_not(None))
    if text:
        conditions.append(holds_words(Enquiry.search_text, text))
    return conditions
