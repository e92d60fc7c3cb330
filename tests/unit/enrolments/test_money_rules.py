"""What may be recorded, undone and changed of the money of a place."""

from datetime import timedelta

import pytest

from app.enrolments import money_rules
from app.enrolments.domain import HOLDING, LIVE, EnrolmentState
from app.enrolments.money_rules import InvoiceState, MoneyRecord
from app.enrolments.reasons import EnrolmentsReason
from tests.make import NOW

State = EnrolmentState
Reason = EnrolmentsReason
TODAY, A_DAY = NOW.date(), timedelta(days=1)
ENDED = [state for state in State if state not in LIVE]


def a_record(state=State.confirmed, *, invoiced=False, paid=False) -> MoneyRecord:
    number = "2026-0042" if invoiced or paid else None
    return MoneyRecord(state, number, NOW if paid else None)


NOTHING, INVOICED, PAID = a_record(), a_record(invoiced=True), a_record(paid=True)


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        (NOTHING, None),
        (INVOICED, InvoiceState.unpaid),
        (a_record(State.requested, invoiced=True), InvoiceState.unpaid),
        (PAID, InvoiceState.paid),
        *((a_record(state, paid=True), InvoiceState.paid) for state in ENDED),
        *((a_record(state, invoiced=True), InvoiceState.ended) for state in ENDED),
        (a_record(State.waiting, invoiced=True), InvoiceState.ended),
    ],
)
def test_what_is_owed_for_an_invoice(money, expected):
    assert money.invoice_state is expected


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        *((a_record(state), None) for state in LIVE),
        *((a_record(state), Reason.ended) for state in ENDED),
        *((a_record(state, paid=True), Reason.ended) for state in ENDED),
        (INVOICED, Reason.price_invoiced),
        (PAID, Reason.price_paid),
    ],
)
def test_when_a_price_may_change(money, expected):
    assert money_rules.price_refusal(money) is expected


@pytest.mark.parametrize(
    ("money", "expected", "among_several"),
    [
        (NOTHING, Reason.no_invoice, Reason.no_invoice),
        (INVOICED, None, None),
        (PAID, None, Reason.already_paid),
        *(
            (a_record(state, invoiced=True), Reason.ended, Reason.ended)
            for state in (*ENDED, State.waiting)
        ),
    ],
)
def test_when_a_payment_may_be_recorded(money, expected, among_several):
    days = {"invoiced_on": TODAY, "paid_on": TODAY}
    assert money_rules.payment_refusal(money, **days) is expected
    assert money_rules.several_payments_refusal(money, is_as_seen=True, **days) is among_several


@pytest.mark.parametrize(
    ("invoiced_on", "paid_on", "expected"),
    [
        (TODAY, TODAY - A_DAY, Reason.paid_before_invoice),
        (TODAY, TODAY, None),
        (TODAY, TODAY + A_DAY, None),
        (None, TODAY - 400 * A_DAY, None),
    ],
)
def test_a_payment_is_not_dated_before_its_invoice(invoiced_on, paid_on, expected):
    days = {"invoiced_on": invoiced_on, "paid_on": paid_on}
    assert money_rules.payment_refusal(INVOICED, **days) is expected
    assert money_rules.payment_refusal(PAID, **days) is expected
    assert money_rules.several_payments_refusal(INVOICED, is_as_seen=True, **days) is expected
    among_several = money_rules.several_payments_refusal(PAID, is_as_seen=True, **days)
    assert among_several is Reason.already_paid
    assert money_rules.payment_refusal(NOTHING, **days) is Reason.no_invoice


@pytest.mark.parametrize(
    ("invoiced_on", "paid_on", "expected"),
    [
        (TODAY, None, None),
        (TODAY, TODAY, None),
        (TODAY - A_DAY, TODAY, None),
        (TODAY + A_DAY, TODAY, Reason.invoiced_after_payment),
    ],
)
def test_an_invoice_is_not_dated_after_its_payment(invoiced_on, paid_on, expected):
    days = {"invoiced_on": invoiced_on, "paid_on": paid_on}
    assert money_rules.invoice_refusal(PAID, **days) is expected
    for state in (*ENDED, State.waiting):
        assert money_rules.invoice_refusal(a_record(state, paid=True), **days) is Reason.ended


def test_an_invoice_that_became_another_is_not_paid_among_several():
    facts = {"is_as_seen": False, "invoiced_on": TODAY, "paid_on": TODAY}
    refusal = money_rules.several_payments_refusal(INVOICED, **facts)
    assert refusal is Reason.changed_meanwhile
    assert money_rules.several_payments_refusal(PAID, **facts) is Reason.already_paid


UNDONE = [
    (NOTHING, {}, Reason.no_payment, Reason.nothing_invoiced),
    (INVOICED, {}, Reason.no_payment, None),
    (INVOICED, {"is_as_seen": False}, Reason.no_payment, Reason.changed_meanwhile),
    (INVOICED, {"has_certificate": True}, Reason.no_payment, Reason.certificate_issued),
    (PAID, {}, None, Reason.invoice_paid),
    (PAID, {"is_as_seen": False}, Reason.changed_meanwhile, Reason.invoice_paid),
    (PAID, {"has_certificate": True}, Reason.certificate_issued, Reason.invoice_paid),
    *((a_record(state, invoiced=True), {}, Reason.no_payment, None) for state in HOLDING),
    *(
        (a_record(state, invoiced=True), {}, Reason.no_payment, Reason.money_closed)
        for state in ENDED
    ),
    *(
        (a_record(state, paid=True), {}, Reason.money_closed, Reason.invoice_paid)
        for state in ENDED
    ),
]


@pytest.mark.parametrize(("money", "facts", "of_payment", "of_invoice"), UNDONE)
def test_when_money_may_be_undone(money, facts, of_payment, of_invoice):
    facts_of_place = {"is_as_seen": True, "has_certificate": False, **facts}
    assert money_rules.undo_payment_refusal(money, **facts_of_place) is of_payment
    assert money_rules.undo_invoice_refusal(money, **facts_of_place) is of_invoice
