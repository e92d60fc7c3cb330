"""The use-case that changes an intake."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.db.search_texts import search_columns
from app.enrolments import domain, policy
from app.enrolments.domain import Intake, IntakeFields, intake_record
from app.enrolments.errors import EnrolmentRefused, IntakeInvalid
from app.enrolments.hiding_rules import takes_requests
from app.enrolments.kept_prices import KeptPrice, kept_prices
from app.enrolments.mails import IntakeMovedMail
from app.enrolments.models import IntakeRow
from app.enrolments.steps import notifications, transitions
from app.enrolments.steps.locking import live_rows, lock_intake, promote, recorded_intake
from app.enrolments.steps.offered_course import demand_offered
from app.enrolments.steps.prices import keep_prices
from app.kit.actor import Actor, require
from app.kit.ids import IntakeId
from app.kit.messages import Money
from app.kit.versions import demand_current


@dataclass(frozen=True, slots=True)
class IntakeChange:
    """What a change of an intake did to the people in it: how many were mailed a new start, and, if the price
    changed, which other prices they keep."""

    told: int
    has_new_price: bool
    keeping: tuple[KeptPrice, ...]


def change_intake(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    *,
    fields: IntakeFields,
    reason: str | None,
    expected_version: str,
    now: datetime,
) -> IntakeChange:
    """Change an intake that is not cancelled. Additional places go to people who wait. Fewer places
    than are taken remove nobody but need a reason. Everyone who holds a place or waits is told of a
    new start, and keeps their price. Raises Stale if the intake was changed since the form was
    opened."""
    require(policy.may_manage_intakes(actor))
    intake = lock_intake(db, intake_id)
    if (refusal := domain.change_refusal(intake, fields, reason=reason)) is not None:
        raise EnrolmentRefused(refusal)
    demand_current(
        expected_version, recorded=recorded_intake(db, intake_id), sent=intake_record(fields)
    )
    if problems := domain.intake_problems(fields):
        raise IntakeInvalid(problems)
    if takes_requests(intake.status, fields.closes_at, now):
        demand_offered(db, intake.course_key)
    has_new_price = fields.price_pence != intake.price_pence
    if has_new_price:
        keep_prices(db, intake_id, intake)
    changed = _write(db, intake_id, intake, fields)
    transitions.record_intake(
        db,
        actor,
        "intake.changed",
        intake_id,
        reason=reason,
        changes=_field_changes(intake, changed),
        now=now,
    )
    is_moved = fields.starts_on != intake.starts_on
    told = _tell_of_new_start(db, intake_id, changed, now=now) if is_moved else 0
    promote(db, actor.user_id, intake_id, changed, now=now)
    prices = kept_prices(db, intake_id) if has_new_price else ()
    keeping = tuple(each for each in prices if each.price.minor != fields.price_pence)
    return IntakeChange(told, has_new_price, keeping)


def _write(db: Session, intake_id: IntakeId, intake: Intake, fields: IntakeFields) -> Intake:
    """Write the fields of an intake, and return its new values."""
    override = domain.override_for(places=fields.places, taken=intake.taken)
    named = {"title": fields.title, "course_key": intake.course_key}
    db.execute(
        update(IntakeRow)
        .where(IntakeRow.id == intake_id)
        .values(**intake_record(fields), **search_columns(IntakeRow, named), override=override)
        .execution_options(synchronize_session=False)
    )
    return replace(intake, **intake_record(fields), override=override)


def _field_changes(old: Intake, new: Intake) -> tuple[FieldChange, ...]:
    return (
        FieldChange(ChangedField.thing_title, old.title, new.title),
        FieldChange(ChangedField.starts_on, old.starts_on, new.starts_on),
        FieldChange(ChangedField.price, Money(old.price_pence), Money(new.price_pence)),
        FieldChange(ChangedField.capacity, old.places, new.places),
        FieldChange(ChangedField.booking_opens_at, old.opens_at, new.opens_at),
        FieldChange(ChangedField.booking_closes_at, old.closes_at, new.closes_at),
    )


def _tell_of_new_start(db: Session, intake_id: IntakeId, changed: Intake, *, now: datetime) -> int:
    """Tell everyone who holds a place or waits about the new start; return their number."""
    concerned = [row.user_id for row in live_rows(db, intake_id)]
    notifications.send(db, IntakeMovedMail, changed, concerned, now=now)
    return len(concerned)
