"""Reads the recorded invoices of all intakes for the office."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.courses import queries as courses
from app.db.base import table_of
from app.db.paging import PAGE_SIZE, Page, page_of
from app.db.search_texts import holds_words
from app.enrolments import policy
from app.enrolments.domain import invoice_record
from app.enrolments.models import Enrolment, IntakeRow
from app.enrolments.money_rules import InvoiceState, MoneyRecord, ShownInvoices
from app.enrolments.pending import IS_UNPAID
from app.enrolments.queries import AGREED_PENCE, ENROLMENT, INTAKE
from app.kit.actor import Actor, require
from app.kit.ids import EnrolmentId, IntakeId
from app.kit.messages import Money
from app.kit.versions import version_of

_CONDITIONS: Final = {
    ShownInvoices.unpaid: IS_UNPAID,
    ShownInvoices.paid: ENROLMENT.paid_at.is_not(None),
    ShownInvoices.every: true(),
}
_ORDERS: Final = {
    ShownInvoices.unpaid: ENROLMENT.invoiced_at,
    ShownInvoices.paid: ENROLMENT.paid_at.desc(),
    ShownInvoices.every: ENROLMENT.invoiced_at.desc(),
}
_INVOICES: Final = (
    select(
        *(ENROLMENT.id, ENROLMENT.intake_id, ENROLMENT.state, ENROLMENT.course_key),
        *(ENROLMENT.invoice_number, ENROLMENT.invoiced_at, ENROLMENT.paid_at),
        *(AGREED_PENCE.label("agreed_pence"), PERSON.name, PERSON.email),
        *(INTAKE.title.label("intake_title"), INTAKE.starts_on),
    )
    .join_from(table_of(Enrolment), PEOPLE, PERSON.id == ENROLMENT.user_id)
    .join(table_of(IntakeRow), INTAKE.id == ENROLMENT.intake_id)
    .where(ENROLMENT.invoice_number.is_not(None))
)
_NUMBER: Final = func.lower(ENROLMENT.invoice_number)
_SEARCHED: Final = (
    PERSON.search_text + " " + _NUMBER + " " + func.replace(func.replace(_NUMBER, "-", ""), "/", "")
)
"""What a search looks through: the person, and the number with and without its signs."""


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One recorded invoice. `days` is its age."""

    enrolment_id: EnrolmentId
    intake_id: IntakeId
    name: str
    email: str
    course_title: str
    intake_title: str
    starts_on: date
    price: Money
    number: str
    invoiced_at: datetime | None
    paid_at: datetime | None
    state: InvoiceState | None
    days: int

    @property
    def version(self) -> str:
        """The version of the invoice that the list shows."""
        return version_of(invoice_record(self.number, self.invoiced_at))


@dataclass(frozen=True, slots=True)
class InvoiceTotal:
    """How many invoices there are, and how much they come to."""

    count: int
    sum: Money


@dataclass(frozen=True, slots=True)
class InvoiceList:
    """One page of the invoices of one kind, with the totals of each kind; both of what is searched for."""

    rows: Page[InvoiceRow]
    totals: dict[ShownInvoices, InvoiceTotal]


def invoice_list(
    db: Session,
    actor: Actor,
    *,
    shown: ShownInvoices,
    text: str,
    number: int,
    now: datetime,
    zone: str,
) -> InvoiceList:
    """Return a page of the recorded invoices: the unpaid ones with the oldest first, others with the newest
    first. A text is looked for in the name and address of the person and in the number."""
    require(policy.may_manage_intakes(actor))
    totals = _totals(db, text)
    page = _listed(shown, text).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    rows = _rows(db, db.execute(page), now, zone)
    return InvoiceList(page_of(rows, number=number, total=totals[shown].count), totals)


def every_invoice(
    db: Session, actor: Actor, *, shown: ShownInvoices, text: str, now: datetime, zone: str
) -> list[InvoiceRow]:
    """Return the recorded invoices of a list, all its pages, for export."""
    require(policy.may_manage_intakes(actor))
    return _rows(db, db.execute(_listed(shown, text)), now, zone)


def _matching(statement: Select[*tuple[Any, ...]], text: str) -> Select[*tuple[Any, ...]]:
    return statement.where(holds_words(_SEARCHED, text)) if text else statement


def _listed(shown: ShownInvoices, text: str) -> Select[*tuple[Any, ...]]:
    listed = _INVOICES.where(_CONDITIONS[shown]).order_by(_ORDERS[shown], ENROLMENT.id)
    return _matching(listed, text)


def _totals(db: Session, text: str) -> dict[ShownInvoices, InvoiceTotal]:
    summed = (_summed(_CONDITIONS[shown]) for shown in ShownInvoices)
    statement = _INVOICES.with_only_columns(*(column for pair in summed for column in pair))
    figures = list(db.execute(_matching(statement, text)).one())
    return {
        shown: InvoiceTotal(int(count or 0), Money(int(pence or 0)))
        for shown, count, pence in zip(ShownInvoices, figures[::2], figures[1::2], strict=True)
    }


def _summed(condition: ColumnElement[bool]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    return (
        func.sum(case((condition, 1), else_=0)),
        func.sum(case((condition, AGREED_PENCE), else_=0)),
    )


def _rows(db: Session, rows: Iterable[Any], now: datetime, zone: str) -> list[InvoiceRow]:
    titles = {entry.course_key: entry.course.title for entry in courses.catalogue(db)}
    today = now.astimezone(ZoneInfo(zone)).date()
    return [
        InvoiceRow(
            enrolment_id=row.id,
            intake_id=row.intake_id,
            name=row.name,
            email=row.email,
            course_title=titles.get(row.course_key, row.course_key),
            intake_title=row.intake_title,
            starts_on=row.starts_on,
            price=Money(row.agreed_pence),
            number=row.invoice_number,
            invoiced_at=row.invoiced_at,
            paid_at=row.paid_at,
            state=MoneyRecord(row.state, row.invoice_number, row.paid_at).invoice_state,
            days=_days(row.invoiced_at, today, zone),
        )
        for row in rows
    ]


def _days(invoiced_at: datetime | None, today: date, zone: str) -> int:
    if invoiced_at is None:
        return 0
    return (today - invoiced_at.astimezone(ZoneInfo(zone)).date()).days
