"""Rules of prices, invoices and payments. No clock, no database."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from app.enrolments.domain import HOLDING, LIVE, EnrolmentState, money_refusal
from app.enrolments.reasons import EnrolmentsReason
from app.kit.messages import msg


class InvoiceState(StrEnum):
    """What is owed for an invoice. `ended`: it was not paid, and the place is not held any more, so nobody
    waits for the money."""

    unpaid = "unpaid"
    paid = "paid"
    ended = "ended"


INVOICE_STATE_WORDS: Final = {
    InvoiceState.unpaid: msg("not paid"),
    InvoiceState.paid: msg("paid"),
    InvoiceState.ended: msg("place ended"),
}


class ShownInvoices(StrEnum):
    """The lists of invoices. `paid` has those of places that ended, too: the money came in."""

    unpaid = "unpaid"
    paid = "paid"
    every = "all"


@dataclass(frozen=True, slots=True)
class MoneyRecord:
    """What is recorded of the money of a place."""

    state: EnrolmentState
    invoice_number: str | None
    paid_at: datetime | None

    @property
    def is_invoiced(self) -> bool:
        return self.invoice_number is not None

    @property
    def is_paid(self) -> bool:
        return self.paid_at is not None

    @property
    def invoice_state(self) -> InvoiceState | None:
        """Return what is owed; None without an invoice."""
        if not self.is_invoiced:
            return None
        if self.is_paid:
            return InvoiceState.paid
        return InvoiceState.unpaid if self.state in HOLDING else InvoiceState.ended


def price_record(price_pence: int) -> dict[str, object]:
    """Return what the form of a price writes; see `app.kit.versions`."""
    return {"price": price_pence}


def price_refusal(money: MoneyRecord) -> EnrolmentsReason | None:
    """Return why the price of a place may not be changed, or None. An invoice that was sent names a price."""
    if money.state not in LIVE:
        return EnrolmentsReason.ended
    if money.is_paid:
        return EnrolmentsReason.price_paid
    return EnrolmentsReason.price_invoiced if money.is_invoiced else None


def invoice_refusal(
    money: MoneyRecord, *, invoiced_on: date, paid_on: date | None
) -> EnrolmentsReason | None:
    """Return why an invoice of this day may not be recorded, or None. `paid_on` is the day of the payment on
    record, before which its invoice is dated."""
    if (refusal := money_refusal(money.state)) is not None:
        return refusal
    is_late = paid_on is not None and invoiced_on > paid_on
    return EnrolmentsReason.invoiced_after_payment if is_late else None


def payment_refusal(
    money: MoneyRecord, *, invoiced_on: date | None, paid_on: date
) -> EnrolmentsReason | None:
    """Return why a payment of this day may not be recorded, or None. Recording another day over the one on
    record corrects it. An invoice without a day (`invoiced_on` None) may be paid on any."""
    if (refusal := _closed_or_not_invoiced(money)) is not None:
        return refusal
    is_early = invoiced_on is not None and paid_on < invoiced_on
    return EnrolmentsReason.paid_before_invoice if is_early else None


def _closed_or_not_invoiced(money: MoneyRecord) -> EnrolmentsReason | None:
    if (refusal := money_refusal(money.state)) is not None:
        return refusal
    return None if money.is_invoiced else EnrolmentsReason.no_invoice


def several_payments_refusal(
    money: MoneyRecord, *, is_as_seen: bool, invoiced_on: date | None, paid_on: date
) -> EnrolmentsReason | None:
    """Return why the payment of one of several invoices may not be recorded, or None. `is_as_seen`: the
    invoice is the one that the list showed. One that is paid already is refused, because nobody looks at the
    day on record when many are paid at once."""
    if (refusal := _closed_or_not_invoiced(money)) is not None:
        return refusal
    if money.is_paid:
        return EnrolmentsReason.already_paid
    if not is_as_seen:
        return EnrolmentsReason.changed_meanwhile
    return payment_refusal(money, invoiced_on=invoiced_on, paid_on=paid_on)


def undo_payment_refusal(
    money: MoneyRecord, *, is_as_seen: bool, has_certificate: bool
) -> EnrolmentsReason | None:
    """Return why a recorded payment may not be undone, or None. `is_as_seen`: the payment is the one that the
    page showed."""
    if not money.is_paid:
        return EnrolmentsReason.no_payment
    return _undo_refusal(money, is_as_seen=is_as_seen, has_certificate=has_certificate)


def undo_invoice_refusal(
    money: MoneyRecord, *, is_as_seen: bool, has_certificate: bool
) -> EnrolmentsReason | None:
    """Return why a recorded invoice may not be undone, or None. Its payment is undone first."""
    if not money.is_invoiced:
        return EnrolmentsReason.nothing_invoiced
    if money.is_paid:
        return EnrolmentsReason.invoice_paid
    return _undo_refusal(money, is_as_seen=is_as_seen, has_certificate=has_certificate)


def _undo_refusal(
    money: MoneyRecord, *, is_as_seen: bool, has_certificate: bool
) -> EnrolmentsReason | None:
    if money.state not in HOLDING:
        return EnrolmentsReason.money_closed
    if has_certificate:
        return EnrolmentsReason.certificate_issued
    return None if is_as_seen else EnrolmentsReason.changed_meanwhile
