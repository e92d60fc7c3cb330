"""Reads intakes and enrolments for the office's pages and lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Integer, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.courses import queries as courses
from app.db.base import table_of
from app.db.paging import PAGE_SIZE, Page, page_of
from app.db.prepared import MOST_ROWS, Prepared
from app.db.search_texts import holds_words
from app.enrolments import policy
from app.enrolments.domain import (
    EnrolmentState,
    IntakeStatus,
    RequestWindow,
    invoice_record,
    payment_record,
    request_window,
)
from app.enrolments.models import Enrolment, IntakeRow
from app.enrolments.money_rules import MoneyRecord, price_record, price_refusal
from app.enrolments.queries import AGREED_PENCE, intake_from
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import EnrolmentId, IntakeId, UserId
from app.kit.messages import Message, Text, msg
from app.kit.stored_messages import read_reason
from app.kit.undo_time import seconds_to_undo
from app.kit.versions import version_of

SHOWN = ("requested", "confirmed", "waiting", "ended")
_STATES = {
    "requested": (EnrolmentState.requested,),
    "confirmed": (EnrolmentState.confirmed,),
    "waiting": (EnrolmentState.waiting,),
    "ended": (EnrolmentState.declined, EnrolmentState.cancelled, EnrolmentState.closed),
}


ENROLMENT, INTAKE = table_of(Enrolment).c, table_of(IntakeRow).c
_ORDER = {"waiting": ENROLMENT.waiting_number, "requested": ENROLMENT.requested_at}
PEOPLE_IN = (
    select(*ENROLMENT, AGREED_PENCE.label("agreed_pence"), PERSON.name, PERSON.email)
    .join_from(table_of(Enrolment), PEOPLE, PERSON.id == ENROLMENT.user_id)
    .join(table_of(IntakeRow), INTAKE.id == ENROLMENT.intake_id)
)
"""Enrolments with their price and the name and address of their person, as plain columns because lists of
them are long."""


def _listed(intake_id: IntakeId | BindParameter[Any], shown: str) -> Select[*tuple[Any, ...]]:
    """The people of an intake in one state, in the order of its list."""
    return PEOPLE_IN.where(
        ENROLMENT.intake_id == intake_id,
        or_(*(ENROLMENT.state == state for state in _STATES[shown])),
    ).order_by(_ORDER.get(shown, ENROLMENT.decided_at.desc()), ENROLMENT.id)


@dataclass(frozen=True, slots=True)
class IntakeFacts:
    """An intake with the state of its places."""

    intake_id: IntakeId
    course_key: str
    course_title: str
    title: str
    starts_on: date
    price_pence: int
    places: int
    taken: int
    override: int
    places_left: int
    status: IntakeStatus
    opens_at: datetime
    closes_at: datetime
    requested: int
    confirmed: int
    waiting: int
    ended: int

    @property
    def label(self) -> Message:
        """The intake with its course, for headings."""
        return msg("{course}, {intake}", course=self.course_title, intake=self.title)

    def window(self, now: datetime) -> RequestWindow:
        """Return what to say about the reservation period at the present moment."""
        return request_window(self.opens_at, self.closes_at, now)

    def counted(self, shown: str) -> int:
        return {
            "requested": self.requested,
            "confirmed": self.confirmed,
            "waiting": self.waiting,
        }.get(shown, self.ended)


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """One person in an intake. `position` is set for those who wait."""

    enrolment_id: EnrolmentId
    intake_id: IntakeId
    user_id: UserId
    name: str
    email: str
    state: EnrolmentState
    position: int | None
    requested_at: datetime
    decided_at: datetime | None
    is_reserved: bool
    note: str | None
    reason: Text | None
    price_pence: int
    invoice_number: str | None
    invoiced_at: datetime | None
    paid_at: datetime | None

    def seconds_to_undo(self, now: datetime) -> int:
        """Return for how many seconds the decision can still be undone."""
        return seconds_to_undo(self.decided_at or now, now)


@dataclass(frozen=True, slots=True)
class IntakePage:
    """The people of an intake in one state (`shown`), a page at a time."""

    intake: IntakeFacts
    shown: str
    rows: Page[EnrolmentRow]


@dataclass(frozen=True, slots=True)
class EnrolmentPage:
    """One enrolment with its intake."""

    intake: IntakeFacts
    row: EnrolmentRow

    @property
    def money(self) -> MoneyRecord:
        return MoneyRecord(self.row.state, self.row.invoice_number, self.row.paid_at)

    @property
    def is_price_fixed(self) -> bool:
        """Return whether the price may not be changed, or not any more."""
        return price_refusal(self.money) is not None

    @property
    def price_version(self) -> str:
        """The version on which the form of the price is based."""
        return version_of(price_record(self.row.price_pence))

    @property
    def invoice_version(self) -> str:
        """The version on which the form of the invoice is based."""
        return version_of(invoice_record(self.row.invoice_number, self.row.invoiced_at))

    @property
    def payment_version(self) -> str:
        """The version on which the form of the payment is based."""
        return version_of(payment_record(self.row.paid_at))


def enrolment_row(row: Any, position: int | None = None) -> EnrolmentRow:
    return EnrolmentRow(
        enrolment_id=row.id,
        intake_id=row.intake_id,
        user_id=row.user_id,
        name=row.name,
        email=row.email,
        state=row.state,
        position=position if row.state is EnrolmentState.waiting else None,
        requested_at=row.requested_at,
        decided_at=row.decided_at,
        is_reserved=row.reserved_by is not None,
        note=row.note,
        reason=read_reason(row.reason),
        price_pence=row.agreed_pence,
        invoice_number=row.invoice_number,
        invoiced_at=row.invoiced_at,
        paid_at=row.paid_at,
    )


# Built once: every page of an intake runs these.
ONE_INTAKE = Prepared(select(*INTAKE).where(INTAKE.id == bindparam("intake_id")))
COUNTED = Prepared(
    select(ENROLMENT.intake_id, ENROLMENT.state, func.count())
    .where(ENROLMENT.intake_id == bindparam("intake_id"))
    .group_by(ENROLMENT.intake_id, ENROLMENT.state)
)
PAGE_LISTED = {
    shown: Prepared(
        _listed(bindparam("intake_id"), shown)
        .limit(PAGE_SIZE)
        .offset(bindparam("skipped", type_=Integer())),
        enrolment_row,
        most_kept=MOST_ROWS,
    )
    for shown in SHOWN
}


def intake_list(
    db: Session, actor: Actor, *, past: bool, today: date, number: int
) -> Page[IntakeFacts]:
    """Return the intakes that start today or later, the next first; or those before, newest first."""
    require(policy.may_manage_intakes(actor))
    if past:
        when, order = IntakeRow.starts_on < today, IntakeRow.starts_on.desc()
    else:
        when, order = IntakeRow.starts_on >= today, IntakeRow.starts_on.asc()
    total = db.execute(select(func.count()).select_from(IntakeRow).where(when)).scalar_one()
    intakes = db.scalars(
        select(IntakeRow)
        .where(when)
        .order_by(order, IntakeRow.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return page_of(_many_facts(db, intakes), number=number, total=total)


def intake_facts(db: Session, actor: Actor, intake_id: IntakeId) -> IntakeFacts:
    """Return one intake; raise NotFound."""
    require(policy.may_manage_intakes(actor))
    intake = ONE_INTAKE.one_or_none(db, intake_id=intake_id)
    if intake is None:
        raise NotFound
    return _facts(db, [intake], COUNTED.all(db, intake_id=intake_id))[0]


def intake_page(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    *,
    shown: str | None,
    number: int,
    text: str = "",
) -> IntakePage:
    """Return an intake with its people in one state; with a text, only those whose name or address
    contains it. By default it shows undecided requests, or confirmed places if there are none. The
    waiting list is in its own order."""
    intake = intake_facts(db, actor, intake_id)
    if shown not in SHOWN:
        shown = "requested" if intake.requested else "confirmed"
    first = (number - 1) * PAGE_SIZE
    if text:
        listed = _found(intake_id, shown, text)
        total = db.scalar(select(func.count()).select_from(listed.order_by(None).subquery())) or 0
        matches = db.execute(listed.limit(PAGE_SIZE).offset(first))
        rows = [enrolment_row(row, row.position) for row in matches]
    else:
        total = intake.counted(shown)
        listing = PAGE_LISTED[shown].all(db, intake_id=intake_id, skipped=first)
        rows = listing
        if shown == "waiting":
            rows = [
                replace(row, position=position) for position, row in enumerate(listing, first + 1)
            ]
    return IntakePage(intake, shown, page_of(rows, number=number, total=total))


def usual(db: Session, actor: Actor) -> tuple[int, int] | None:
    """Return the price in pence and the number of places of the newest intake, as defaults for a
    new one."""
    require(policy.may_manage_intakes(actor))
    newest = select(IntakeRow.price_pence, IntakeRow.places).order_by(
        IntakeRow.created_at.desc(), IntakeRow.id
    )
    row = db.execute(newest.limit(1)).one_or_none()
    return None if row is None else (row.price_pence, row.places)


def everybody_in(db: Session, actor: Actor, intake_id: IntakeId) -> tuple[EnrolmentRow, ...]:
    """Return every enrolment of an intake for export, in every state."""
    require(policy.may_manage_intakes(actor))
    rows: list[EnrolmentRow] = []
    for shown in ("confirmed", "requested", "waiting", "ended"):
        listed = db.execute(_listed(intake_id, shown))
        rows += [enrolment_row(row, position) for position, row in enumerate(listed, start=1)]
    return tuple(rows)


def enrolment_page(db: Session, actor: Actor, enrolment_id: EnrolmentId) -> EnrolmentPage:
    """Return one enrolment with its intake; raise NotFound."""
    require(policy.may_manage_intakes(actor))
    row = db.execute(PEOPLE_IN.where(ENROLMENT.id == enrolment_id)).one_or_none()
    if row is None:
        raise NotFound
    ahead = db.execute(
        select(func.count()).where(
            Enrolment.intake_id == row.intake_id,
            Enrolment.state == EnrolmentState.waiting,
            Enrolment.waiting_number < (row.waiting_number or 0),
        )
    ).scalar_one()
    return EnrolmentPage(intake_facts(db, actor, row.intake_id), enrolment_row(row, ahead + 1))


def _found(intake_id: IntakeId, shown: str, text: str) -> Select[*tuple[Any, ...]]:
    """Return the people of a list whose name or address contains the text, with their positions in
    the whole list."""
    order = _ORDER.get(shown, ENROLMENT.decided_at.desc())
    position = func.row_number().over(order_by=(order, ENROLMENT.id)).label("position")
    everybody = (
        _listed(intake_id, shown)
        .order_by(None)
        .add_columns(position, PERSON.search_text)
        .subquery()
        .c
    )
    matching = holds_words(everybody.search_text, text)
    return select(*everybody).where(matching).order_by(everybody.position)


def _many_facts(db: Session, intakes: Sequence[IntakeRow]) -> list[IntakeFacts]:
    grouped = (
        select(Enrolment.intake_id, Enrolment.state, func.count())
        .where(Enrolment.intake_id.in_([intake.id for intake in intakes]))
        .group_by(Enrolment.intake_id, Enrolment.state)
    )
    return _facts(db, intakes, db.execute(grouped) if intakes else ())


def _facts(db: Session, intakes: Sequence[Any], counted: Iterable[Any]) -> list[IntakeFacts]:
    """Combine intakes, as entities or columns, with the numbers of their people. `counted` has
    triples of intake, state and number."""
    titles = {entry.course_key: entry.course.title for entry in courses.catalogue(db)}
    counts = {(intake_id, state): count for intake_id, state, count in counted}

    def count(intake: Any, shown: str) -> int:
        return sum(counts.get((intake.id, state), 0) for state in _STATES[shown])

    return [
        IntakeFacts(
            intake_id=intake.id,
            course_key=intake.course_key,
            course_title=titles.get(intake.course_key, intake.course_key),
            title=intake.title,
            starts_on=intake.starts_on,
            price_pence=intake.price_pence,
            places=intake.places,
            taken=intake.taken,
            override=intake.override,
            places_left=intake_from(intake).places_left,
            status=intake.status,
            opens_at=intake.opens_at,
            closes_at=intake.closes_at,
            requested=count(intake, "requested"),
            confirmed=count(intake, "confirmed"),
            waiting=count(intake, "waiting"),
            ended=count(intake, "ended"),
        )
        for intake in intakes
    ]
