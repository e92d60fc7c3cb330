"""Invariants of intakes and places, one function each, checked by `preceptor audit`."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.db.auditing import Check, findings
from app.enrolments import domain
from app.enrolments.domain import EnrolmentState, IntakeStatus
from app.enrolments.models import Enrolment, IntakeRow
from app.enrolments.pending import lists_to_close


def places_counted(db: Session, *, now: datetime) -> list[str]:
    """`taken` differs from the number of rows that hold a place."""
    held = _count_by_intake(*domain.HOLDING)
    rows = db.execute(
        select(IntakeRow.id, IntakeRow.taken, func.coalesce(held.c.people, 0))
        .outerjoin(held, held.c.intake_id == IntakeRow.id)
        .where(IntakeRow.taken != func.coalesce(held.c.people, 0))
    )
    return [
        f"Intake {intake_id} counts {taken} places as taken, but {people} people hold one."
        for intake_id, taken, people in rows
    ]


def places_not_oversold(db: Session, *, now: datetime) -> list[str]:
    """More people hold a place than places and override allow; or the override is larger than
    needed."""
    held = _count_by_intake(*domain.HOLDING)
    rows = db.execute(
        select(
            IntakeRow.id, IntakeRow.places, IntakeRow.override, func.coalesce(held.c.people, 0)
        ).outerjoin(held, held.c.intake_id == IntakeRow.id)
    )
    problems = []
    for intake_id, places, override, people in rows:
        if people > places + override:
            problems.append(
                f"Intake {intake_id} has {places} places and an override of {override}, "
                f"but {people} people hold one."
            )
        elif override > domain.override_for(places=places, taken=people):
            problems.append(
                f"Intake {intake_id} has an override of {override} that it does not need."
            )
    return problems


def one_live_row_each(db: Session, *, now: datetime) -> list[str]:
    """A person has two live enrolments in one intake. Also finds this if the unique index is
    missing."""
    rows = db.execute(
        select(Enrolment.intake_id, Enrolment.user_id, func.count())
        .where(Enrolment.state.in_(domain.LIVE))
        .group_by(Enrolment.intake_id, Enrolment.user_id)
        .having(func.count() > 1)
    )
    return [
        f"Person {user_id} has {count} live enrolments in intake {intake_id}."
        for intake_id, user_id, count in rows
    ]


def nobody_stranded(db: Session, *, now: datetime) -> list[str]:
    """Somebody waits although an intake that takes requests has a free place."""
    waiting = _count_by_intake(EnrolmentState.waiting)
    rows = db.execute(
        select(IntakeRow.id, waiting.c.people, IntakeRow.places - IntakeRow.taken)
        .join(waiting, waiting.c.intake_id == IntakeRow.id)
        .where(
            IntakeRow.status == IntakeStatus.open,
            IntakeRow.closes_at > now,
            IntakeRow.taken < IntakeRow.places,
        )
    )
    return [
        f"In intake {intake_id} people wait ({people}) while places are free ({free})."
        for intake_id, people, free in rows
    ]


def confirmed_places_pin_a_revision(db: Session, *, now: datetime) -> list[str]:
    """A confirmed place pins no revision of its course."""
    rows = db.scalars(
        select(Enrolment.id).where(
            Enrolment.state == EnrolmentState.confirmed, Enrolment.revision_id.is_(None)
        )
    )
    return [f"Enrolment {enrolment_id} is confirmed without a revision." for enrolment_id in rows]


def cancelled_intakes_are_empty(db: Session, *, now: datetime) -> list[str]:
    """Somebody holds a place or waits in a cancelled intake."""
    live = _count_by_intake(*domain.LIVE)
    rows = db.execute(
        select(IntakeRow.id, live.c.people)
        .join(live, live.c.intake_id == IntakeRow.id)
        .where(IntakeRow.status == IntakeStatus.cancelled)
    )
    return [
        f"Intake {intake_id} is cancelled, but {people} people are still in it."
        for intake_id, people in rows
    ]


def lists_that_are_over_are_closed(db: Session, *, now: datetime) -> list[str]:
    """Somebody still waits a day after reservations closed; the worker should have closed the list."""
    late = lists_to_close(db, now=now - timedelta(days=1))
    return [f"Intake {intake_id}: its waiting list is over and not closed." for intake_id in late]


def payments_have_an_invoice(db: Session, *, now: datetime) -> list[str]:
    """A payment is recorded without an invoice, or an invoice without its number or its day."""
    invoiced, dated = Enrolment.invoice_number.is_not(None), Enrolment.invoiced_at.is_not(None)
    rows = db.execute(
        select(Enrolment.id, invoiced, dated)
        .where(or_(Enrolment.paid_at.is_not(None) & ~invoiced, invoiced != dated))
        .order_by(Enrolment.id)
    )
    return [
        f"Enrolment {enrolment_id}: half of an invoice is recorded."
        if is_invoiced != is_dated
        else f"Enrolment {enrolment_id} is recorded as paid without an invoice."
        for enrolment_id, is_invoiced, is_dated in rows
    ]


def prices_are_not_negative(db: Session, *, now: datetime) -> list[str]:
    """The price of a place is below zero."""
    rows = db.scalars(select(Enrolment.id).where(Enrolment.price_pence < 0).order_by(Enrolment.id))
    return [f"Enrolment {enrolment_id} has a price below zero." for enrolment_id in rows]


CHECKS: tuple[Check, ...] = (
    places_counted,
    places_not_oversold,
    one_live_row_each,
    nobody_stranded,
    confirmed_places_pin_a_revision,
    cancelled_intakes_are_empty,
    lists_that_are_over_are_closed,
    payments_have_an_invoice,
    prices_are_not_negative,
)


def problems(db: Session, *, now: datetime) -> list[str]:
    """Return a sentence for each broken invariant; an empty list if all is well."""
    return findings(db, CHECKS, now=now)


def _count_by_intake(*states: EnrolmentState):  # type: ignore[no-untyped-def] # a subquery has no useful type
    return (
        select(Enrolment.intake_id, func.count().label("people"))
        .where(Enrolment.state.in_(states))
        .group_by(Enrolment.intake_id)
        .subquery()
    )
