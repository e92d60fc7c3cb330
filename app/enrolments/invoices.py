"""Use-cases that record the invoice of a place and its payment."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.enrolments import domain, policy
from app.enrolments.domain import EnrolmentState, invoice_record, payment_record
from app.enrolments.errors import EnrolmentRefused
from app.enrolments.reasons import EnrolmentsReason
from app.enrolments.steps import transitions
from app.enrolments.steps.locking import lock_intake_of, row_of
from app.kit.actor import Actor, require
from app.kit.ids import EnrolmentId
from app.kit.versions import demand_current


def record_invoice(
    db: Session,
    actor: Actor,
    enrolment_id: EnrolmentId,
    *,
    number: str,
    invoiced_at: datetime,
    expected_version: str,
    now: datetime,
) -> None:
    """Record the invoice of a held place. A second call replaces it, and the audit trail keeps
    both. Raises Stale if the invoice was changed since the form was opened."""
    require(policy.may_manage_intakes(actor))
    lock_intake_of(db, enrolment_id)
    row = row_of(db, enrolment_id)
    _demand_held(row.state)
    demand_current(
        expected_version,
        recorded=invoice_record(row.invoice_number, row.invoiced_at),
        sent=invoice_record(number, invoiced_at),
    )
    row.invoice_number = number
    row.invoiced_at = invoiced_at
    transitions.record(db, actor, "enrolment.invoiced", row, now=now, details={"number": number})


def record_payment(
    db: Session,
    actor: Actor,
    enrolment_id: EnrolmentId,
    *,
    paid_at: datetime,
    expected_version: str,
    now: datetime,
) -> None:
    """Record that the invoice of a held place is paid. Refused if no invoice is recorded; raises
    Stale if another day was recorded since the form was opened."""
    require(policy.may_manage_intakes(actor))
    lock_intake_of(db, enrolment_id)
    row = row_of(db, enrolment_id)
    _demand_held(row.state)
    if row.invoice_number is None:
        raise EnrolmentRefused(EnrolmentsReason.no_invoice)
    demand_current(
        expected_version, recorded=payment_record(row.paid_at), sent=payment_record(paid_at)
    )
    row.paid_at = paid_at
    transitions.record(db, actor, "enrolment.paid", row, now=now)


def _demand_held(state: EnrolmentState) -> None:
    if (reason := domain.money_refusal(state)) is not None:
        raise EnrolmentRefused(reason)
