"""Use-cases that record the invoice of a place and its payment, and undo both."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries import people
from app.audit import service as audit
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.enrolments import domain, money_rules, policy
from app.enrolments.certificate_reading import has_certificate
from app.enrolments.domain import invoice_record, payment_record
from app.enrolments.errors import EnrolmentRefused, PaymentsRefused
from app.enrolments.models import Enrolment
from app.enrolments.money_rules import MoneyRecord
from app.enrolments.reasons import EnrolmentsReason
from app.enrolments.steps import transitions
from app.enrolments.steps.locking import lock_intake, lock_intake_of, row_of
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import EnrolmentId
from app.kit.messages import Message, msg
from app.kit.versions import demand_current, version_of


@dataclass(frozen=True, slots=True)
class InvoiceToPay:
    """An invoice as a list showed it: `version` is that of its record."""

    enrolment_id: EnrolmentId
    version: str


def record_invoice(
    db: Session,
    actor: Actor,
    enrolment_id: EnrolmentId,
    *,
    number: str,
    invoiced_at: datetime,
    expected_version: str,
    now: datetime,
    zone: str,
) -> None:
    """Record the invoice of a held place. A second call replaces it, and the audit trail keeps
    both; the same invoice again is no act. Raises Stale if the invoice was changed since the form was
    opened. `zone` is the academy's: an invoice is not dated after its payment there."""
    require(policy.may_manage_intakes(actor))
    _, intake = lock_intake_of(db, enrolment_id)
    row = row_of(db, enrolment_id)
    _refuse(domain.money_refusal(row.state))
    recorded = invoice_record(row.invoice_number, row.invoiced_at)
    sent = invoice_record(number, invoiced_at)
    demand_current(expected_version, recorded=recorded, sent=sent)
    if sent == recorded:
        return
    _refuse(
        money_rules.invoice_refusal(
            _money_of(row),
            invoiced_on=_local_day(invoiced_at, zone),
            paid_on=row.paid_at and _local_day(row.paid_at, zone),
        )
    )
    if row.price_pence is None:
        row.price_pence = intake.price_pence
    _write_invoice(db, actor, row, number, invoiced_at, action="enrolment.invoiced", now=now)


def undo_invoice(
    db: Session,
    actor: Actor,
    enrolment_id: EnrolmentId,
    *,
    reason: str,
    seen_version: str,
    now: datetime,
) -> None:
    """Remove the recorded invoice of a held place, as if it had never been; the audit trail keeps it. Refused
    if it is paid, if a certificate rests on the place, and if it is not the invoice that was seen."""
    require(policy.may_manage_intakes(actor))
    lock_intake_of(db, enrolment_id)
    row = row_of(db, enrolment_id)
    recorded = invoice_record(row.invoice_number, row.invoiced_at)
    _refuse(
        money_rules.undo_invoice_refusal(
            _money_of(row),
            is_as_seen=version_of(recorded) == seen_version,
            has_certificate=has_certificate(db, row),
        )
    )
    _write_invoice(
        db, actor, row, None, None, action="enrolment.invoice_undone", reason=reason, now=now
    )


def record_payment(
    db: Session,
    actor: Actor,
    enrolment_id: EnrolmentId,
    *,
    paid_at: datetime,
    expected_version: str,
    now: datetime,
    zone: str,
) -> None:
    """Record that the invoice of a held place is paid; the same day again is no act. Refused if no invoice
    is recorded, or one of a later day in the academy's `zone`; raises Stale if another day was recorded since
    the form was opened."""
    require(policy.may_manage_intakes(actor))
    lock_intake_of(db, enrolment_id)
    row = row_of(db, enrolment_id)
    _refuse(
        money_rules.payment_refusal(
            _money_of(row),
            invoiced_on=row.invoiced_at and _local_day(row.invoiced_at, zone),
            paid_on=_local_day(paid_at, zone),
        )
    )
    recorded, sent = payment_record(row.paid_at), payment_record(paid_at)
    demand_current(expected_version, recorded=recorded, sent=sent)
    if sent == recorded:
        return
    _write_payment(db, actor, row, paid_at, action="enrolment.paid", now=now)


def undo_payment(
    db: Session,
    actor: Actor,
    enrolment_id: EnrolmentId,
    *,
    reason: str,
    seen_version: str,
    now: datetime,
) -> None:
    """Remove the recorded payment of a held place, as if it had never been; the audit trail keeps it. Refused
    if a certificate rests on the place, and if it is not the payment that was seen."""
    require(policy.may_manage_intakes(actor))
    lock_intake_of(db, enrolment_id)
    row = row_of(db, enrolment_id)
    _refuse(
        money_rules.undo_payment_refusal(
            _money_of(row),
            is_as_seen=version_of(payment_record(row.paid_at)) == seen_version,
            has_certificate=has_certificate(db, row),
        )
    )
    _write_payment(db, actor, row, None, action="enrolment.payment_undone", reason=reason, now=now)


def record_payments(
    db: Session,
    actor: Actor,
    invoices: Sequence[InvoiceToPay],
    *,
    paid_at: datetime,
    now: datetime,
    zone: str,
) -> int:
    """Record on one day the payment of several invoices, of all or of none, and return their number. Raises
    PaymentsRefused, which says for each person why not."""
    require(policy.may_manage_intakes(actor))
    versions = {invoice.enrolment_id: invoice.version for invoice in invoices}
    rows = _locked_rows(db, versions)
    refusals = {
        row: refusal
        for row in rows
        if (
            refusal := money_rules.several_payments_refusal(
                _money_of(row),
                is_as_seen=version_of(invoice_record(row.invoice_number, row.invoiced_at))
                == versions[row.id],
                invoiced_on=row.invoiced_at and _local_day(row.invoiced_at, zone),
                paid_on=_local_day(paid_at, zone),
            )
        )
    }
    if refusals:
        names = people(db, [row.user_id for row in refusals])
        raise PaymentsRefused(
            {str(row.id): (names[row.user_id].name, why) for row, why in refusals.items()}
        )
    for row in rows:
        _write_payment(db, actor, row, paid_at, action="enrolment.paid", now=now)
    return len(rows)


def note_export(db: Session, actor: Actor, *, rows: int, now: datetime) -> None:
    """Record that a list of invoices was exported."""
    require(policy.may_manage_intakes(actor))
    audit.record(
        db,
        actor.user_id,
        "enrolment.invoices_exported",
        now=now,
        subject_kind="invoices",
        details={"rows": rows},
    )


def _locked_rows(db: Session, enrolment_ids: Collection[EnrolmentId]) -> Sequence[Enrolment]:
    """Lock the intakes of these enrolments, always in the same order, and return the enrolments in the order
    that was asked for. Raise NotFound if one does not exist."""
    wanted = Enrolment.id.in_(enrolment_ids)
    intake_ids = select(Enrolment.intake_id).where(wanted).distinct().order_by(Enrolment.intake_id)
    for intake_id in db.scalars(intake_ids).all():
        lock_intake(db, intake_id)
    statement = select(Enrolment).where(wanted).execution_options(populate_existing=True)
    rows = {row.id: row for row in db.scalars(statement)}
    if len(rows) < len(enrolment_ids):
        raise NotFound
    return [rows[enrolment_id] for enrolment_id in enrolment_ids]


def _money_of(row: Enrolment) -> MoneyRecord:
    return MoneyRecord(row.state, row.invoice_number, row.paid_at)


def _refuse(reason: EnrolmentsReason | None) -> None:
    if reason is not None:
        raise EnrolmentRefused(reason)


def _write_invoice(
    db: Session,
    actor: Actor,
    row: Enrolment,
    number: str | None,
    invoiced_at: datetime | None,
    *,
    action: str,
    reason: str | None = None,
    now: datetime,
) -> None:
    changes = (
        FieldChange(ChangedField.invoice_number, row.invoice_number, number),
        FieldChange(ChangedField.invoiced_on, _day(row.invoiced_at), _day(invoiced_at)),
    )
    row.invoice_number, row.invoiced_at = number, invoiced_at
    transitions.record(db, actor, action, row, reason=reason, changes=changes, now=now)


def _write_payment(
    db: Session,
    actor: Actor,
    row: Enrolment,
    paid_at: datetime | None,
    *,
    action: str,
    reason: str | None = None,
    now: datetime,
) -> None:
    changes = (FieldChange(ChangedField.paid_on, _day(row.paid_at), _day(paid_at)),)
    row.paid_at = paid_at
    transitions.record(db, actor, action, row, reason=reason, changes=changes, now=now)


def _local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def _day(moment: datetime | None) -> Message | None:
    """Return a moment as its day in the academy's zone, as the trail shows it."""
    return None if moment is None else msg("{day:date}", day=moment)
