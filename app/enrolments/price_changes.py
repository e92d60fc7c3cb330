"""The use-case that changes the price of one place."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.enrolments import money_rules, policy
from app.enrolments.errors import EnrolmentRefused
from app.enrolments.mails import PlacePriceChangedMail
from app.enrolments.money_rules import MoneyRecord, price_record
from app.enrolments.steps import notifications, transitions
from app.enrolments.steps.locking import lock_intake_of, row_of
from app.kit.actor import Actor, require
from app.kit.ids import EnrolmentId
from app.kit.messages import Money
from app.kit.versions import demand_current


class PriceOutcome(StrEnum):
    """What came of changing a price; `untold` if the account is closed, so that nobody gets a mail."""

    unchanged = "unchanged"
    told = "told"
    untold = "untold"


def change_price(
    db: Session,
    actor: Actor,
    enrolment_id: EnrolmentId,
    *,
    price_pence: int,
    reason: str,
    expected_version: str,
    now: datetime,
) -> PriceOutcome:
    """Change the price of one person's place or request, and tell the person with the reason. Refused
    once an invoice is recorded. Raises Stale if the price was changed since the form was opened."""
    require(policy.may_manage_intakes(actor))
    _, intake = lock_intake_of(db, enrolment_id)
    row = row_of(db, enrolment_id)
    money = MoneyRecord(row.state, row.invoice_number, row.paid_at)
    if (refusal := money_rules.price_refusal(money)) is not None:
        raise EnrolmentRefused(refusal)
    old_pence = intake.price_pence if row.price_pence is None else row.price_pence
    demand_current(
        expected_version, recorded=price_record(old_pence), sent=price_record(price_pence)
    )
    if price_pence == old_pence:
        return PriceOutcome.unchanged
    row.price_pence = price_pence
    old, new = Money(old_pence), Money(price_pence)
    changes = (FieldChange(ChangedField.price, old, new),)
    transitions.record(
        db, actor, "enrolment.price_changed", row, reason=reason, changes=changes, now=now
    )
    mails = notifications.send(
        db,
        PlacePriceChangedMail,
        intake,
        [row.user_id],
        old_price=old,
        new_price=new,
        reason=reason,
        now=now,
    )
    is_told = mails[row.user_id] is not None
    return PriceOutcome.told if is_told else PriceOutcome.untold
