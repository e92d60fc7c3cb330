"""The office's page of one enrolment: deciding it, cancelling it, its price, its invoice and its payment."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import Response
from sqlalchemy.orm import Session

from app.accounts.loss_preview import Loss, held_by
from app.audit.history import history_of
from app.enrolments import (
    admin_queries,
    decisions,
    invoices,
    price_changes,
    request_queries,
    service,
)
from app.enrolments.admin_queries import EnrolmentPage
from app.enrolments.domain import EnrolmentState
from app.enrolments.forms import (
    EnrolmentReasonForm,
    InvoiceForm,
    PaymentForm,
    PriceForm,
    UndoInvoiceForm,
    UndoPaymentForm,
    midnight,
)
from app.enrolments.price_changes import PriceOutcome
from app.kit.errors import Conflict, Invalid, Refused
from app.kit.ids import EnrolmentId
from app.kit.messages import Message, Money, msg
from app.kit.versions import Stale
from app.web.access import ADMIN
from app.web.dates import local_day, typed_moment
from app.web.errors import status_of
from app.web.form_pages import compared, errors_of, form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/enrolments/{enrolment_id}")
DECLINED_WORDS: Final = {
    (False, True): msg(
        "The request is declined. The mail with your reason leaves in ten seconds; until then you can undo "
        "this."
    ),
    (False, False): msg(
        "The request is declined. Nobody gets a mail, because the account is closed."
    ),
    (True, True): msg(
        "The person is taken off the waiting list. The mail with your reason leaves in ten seconds; until "
        "then you can undo this."
    ),
    (True, False): msg(
        "The person is taken off the waiting list. Nobody gets a mail, because the account is closed."
    ),
}
"""What is said after somebody is declined, by whether they were waiting and whether they are told."""


@pages.get("", name="enrolments.enrolment", access=ADMIN)
def show_enrolment(visit: Visit, enrolment_id: EnrolmentId) -> Response:
    return _enrolment(visit, enrolment_id)


@pages.post("/confirm", name="enrolments.confirm", access=ADMIN)
def confirm(visit: Visit, enrolment_id: EnrolmentId, submitted: Submitted) -> Response:
    def command(db: Session) -> Message:
        ButtonForm.read(submitted)
        if decisions.confirm_request(db, visit.actor, enrolment_id, now=visit.now):
            return msg(
                "The place is confirmed. The mail that says how to begin leaves in ten seconds; until then "
                "you can undo this."
            )
        return msg("The place is confirmed. Nobody gets a mail, because the account is closed.")

    return _do(visit, enrolment_id, submitted, command)


@pages.post("/decline", name="enrolments.decline", access=ADMIN)
def decline(visit: Visit, enrolment_id: EnrolmentId, submitted: Submitted) -> Response:
    def command(db: Session) -> Message:
        reason = EnrolmentReasonForm.read(submitted).reason
        state = admin_queries.enrolment_page(db, visit.actor, enrolment_id).row.state
        is_told = decisions.decline_request(
            db, visit.actor, enrolment_id, reason=reason, now=visit.now
        )
        return DECLINED_WORDS[state is EnrolmentState.waiting, is_told]

    return _do(visit, enrolment_id, submitted, command)


@pages.post("/undo", name="enrolments.undo", access=ADMIN)
def undo(visit: Visit, enrolment_id: EnrolmentId, submitted: Submitted) -> Response:
    def command(db: Session) -> Message:
        ButtonForm.read(submitted)
        decisions.undo_decision(db, visit.actor, enrolment_id, now=visit.now)
        return msg("The decision is undone, as if it had never been. No mail has left.")

    return _do(visit, enrolment_id, submitted, command)


@pages.get("/cancel", name="enrolments.confirm_cancel", access=ADMIN)
def show_cancel(visit: Visit, enrolment_id: EnrolmentId) -> Response:
    """Show what would end together with the place, before it is cancelled."""
    return _cancel_page(visit, enrolment_id)


@pages.post("/cancel", name="enrolments.cancel", access=ADMIN)
def cancel(visit: Visit, enrolment_id: EnrolmentId, submitted: Submitted) -> Response:
    try:
        form = EnrolmentReasonForm.read(submitted)
        with visit.database.write() as db:
            is_told = service.cancel_place(
                db, visit.actor, enrolment_id, reason=form.reason, now=visit.now
            )
    except (Invalid, Conflict) as refused:
        return _cancel_page(visit, enrolment_id, submitted, refused)
    if is_told:
        said = msg(
            "The place is taken away, with all that depended on it. The person gets a mail with your reason."
        )
    else:
        said = msg(
            "The place is taken away, with all that depended on it. Nobody gets a mail about it, because the "
            "account is closed."
        )
    return visit.redirect(visit.url("enrolments.enrolment", enrolment_id=enrolment_id), flash=said)


@pages.post("/price", name="enrolments.change_price", access=ADMIN)
def change_price(visit: Visit, enrolment_id: EnrolmentId, submitted: Submitted) -> Response:
    try:
        form = PriceForm.read(submitted, currency=visit.academy.currency)
        with visit.database.write() as db:
            outcome = price_changes.change_price(
                db,
                visit.actor,
                enrolment_id,
                price_pence=form.price,
                reason=form.price_reason,
                expected_version=form.version,
                now=visit.now,
            )
    except (Invalid, Conflict) as refused:
        return _enrolment(visit, enrolment_id, refused, submitted)
    said = _price_words(outcome, Money(form.price))
    return visit.redirect(visit.url("enrolments.enrolment", enrolment_id=enrolment_id), flash=said)


def _price_words(outcome: PriceOutcome, price: Money) -> Message:
    if outcome is PriceOutcome.told:
        return msg(
            "The price is {price} now. The person gets a mail with your reason.", price=price
        )
    if outcome is PriceOutcome.untold:
        return msg(
            "The price is {price} now. Nobody gets a mail, because the account is closed.",
            price=price,
        )
    return msg("The price was {price} already. Nothing was changed.", price=price)


@pages.post("/invoice", name="enrolments.invoice", access=ADMIN)
def record_invoice(visit: Visit, enrolment_id: EnrolmentId, submitted: Submitted) -> Response:
    zone = visit.academy.zone

    def command(db: Session) -> Message:
        form = InvoiceForm.read(submitted)
        today = local_day(visit.now, zone)
        invoiced_at = midnight("invoiced_on", form.invoiced_on, today=today, zone=zone)
        invoices.record_invoice(
            db,
            visit.actor,
            enrolment_id,
            number=form.number,
            invoiced_at=invoiced_at,
            expected_version=form.version,
            now=visit.now,
            zone=zone,
        )
        return msg("The invoice is recorded.")

    return _do(visit, enrolment_id, submitted, command)


@pages.post("/invoice/undo", name="enrolments.undo_invoice", access=ADMIN)
def undo_invoice(visit: Visit, enrolment_id: EnrolmentId, submitted: Submitted) -> Response:
    def command(db: Session) -> Message:
        form = UndoInvoiceForm.read(submitted)
        invoices.undo_invoice(
            db,
            visit.actor,
            enrolment_id,
            reason=form.invoice_reason,
            seen_version=form.invoice_seen,
            now=visit.now,
        )
        return msg(
            "The invoice is undone. Nobody was mailed when it was recorded, and nobody is now."
        )

    return _do(visit, enrolment_id, submitted, command)


@pages.post("/payment", name="enrolments.payment", access=ADMIN)
def record_payment(visit: Visit, enrolment_id: EnrolmentId, submitted: Submitted) -> Response:
    zone = visit.academy.zone

    def command(db: Session) -> Message:
        form = PaymentForm.read(submitted)
        paid_at = midnight("paid_on", form.paid_on, today=local_day(visit.now, zone), zone=zone)
        invoices.record_payment(
            db,
            visit.actor,
            enrolment_id,
            paid_at=paid_at,
            expected_version=form.version,
            now=visit.now,
            zone=zone,
        )
        return msg("The payment is recorded.")

    return _do(visit, enrolment_id, submitted, command)


@pages.post("/payment/undo", name="enrolments.undo_payment", access=ADMIN)
def undo_payment(visit: Visit, enrolment_id: EnrolmentId, submitted: Submitted) -> Response:
    try:
        form = UndoPaymentForm.read(submitted)
        with visit.database.write() as db:
            invoices.undo_payment(
                db,
                visit.actor,
                enrolment_id,
                reason=form.payment_reason,
                seen_version=form.payment_seen,
                now=visit.now,
            )
    except (Invalid, Conflict) as refused:
        return _enrolment(visit, enrolment_id, refused, submitted)
    said = msg("The payment is undone. Nobody was mailed when it was recorded, and nobody is now.")
    if form.came_from == "invoices":
        return visit.redirect(visit.url("enrolments.invoices") + "?show=paid", flash=said)
    return visit.redirect(visit.url("enrolments.enrolment", enrolment_id=enrolment_id), flash=said)


def _do(
    visit: RequestContext,
    enrolment_id: EnrolmentId,
    submitted: Submission,
    command: Callable[[Session], Message],
) -> Response:
    """Run one command in its own transaction and say what it returns; a refusal shows the page again with
    what was typed."""
    try:
        with visit.database.write() as db:
            said = command(db)
    except (Invalid, Conflict) as refused:
        return _enrolment(visit, enrolment_id, refused, submitted)
    return visit.redirect(visit.url("enrolments.enrolment", enrolment_id=enrolment_id), flash=said)


def _enrolment(
    visit: RequestContext,
    enrolment_id: EnrolmentId,
    refused: Refused | None = None,
    submitted: Submission | None = None,
) -> Response:
    with visit.database.read() as db:
        page = admin_queries.enrolment_page(db, visit.actor, enrolment_id)
        may_undo = request_queries.is_undoable(db, visit.actor, enrolment_id, now=visit.now)
        history = history_of(db, "enrolment", enrolment_id)
    values: Mapping[str, Any] = submitted.values if submitted else _opened(visit)
    errors = errors_of(refused)
    if isinstance(refused, Stale):
        recorded = _recorded(page, values, visit)
        values, errors = compared(refused, values, recorded, shown_in={}, options={})
    return visit.render(
        "enrolments/enrolment.html",
        status=status_of(refused) if refused else 200,
        page=page,
        history=history,
        errors=errors,
        values=values,
        days=_days(page, visit),
        may_undo=may_undo,
    )


def _opened(visit: RequestContext) -> dict[str, str]:
    """Return the fields of the form that a link of the list of invoices opens."""
    if visit.request.query_params.get("undo") == "payment":
        return {"payment_reason": "", "came_from": "invoices"}
    return {}


def _days(page: EnrolmentPage, visit: RequestContext) -> dict[str, str]:
    """Return the recorded days of the invoice and the payment, or today, as they can be typed."""
    recorded = {"invoiced_on": page.row.invoiced_at, "paid_on": page.row.paid_at}
    return {
        name: typed_moment(moment or visit.now, visit.academy.zone)["day"]
        for name, moment in recorded.items()
    }


def _recorded(
    page: EnrolmentPage, typed: Mapping[str, Any], visit: RequestContext
) -> dict[str, str]:
    """Return the record as it is now, as the values of the form that was sent."""
    zone = visit.academy.zone
    if "price" in typed:
        price = visit.academy.currency.typed(page.row.price_pence)
        return {"version": page.price_version, "price": price}
    if "paid_on" in typed:
        paid_on = typed_moment(page.row.paid_at, zone)["day"] if page.row.paid_at else ""
        return {"version": page.payment_version, "paid_on": paid_on}
    row = page.row
    return {
        "version": page.invoice_version,
        "number": row.invoice_number or "",
        "invoiced_on": typed_moment(row.invoiced_at, zone)["day"] if row.invoiced_at else "",
    }


def _cancel_page(
    visit: RequestContext,
    enrolment_id: EnrolmentId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        page = admin_queries.enrolment_page(db, visit.actor, enrolment_id)
        loss = Loss((page.row.user_id,), enrolment_ids=frozenset({enrolment_id}))
        held = held_by(db, loss, now=visit.now)
    return form_page(visit, "enrolments/cancel.html", submitted, refused, page=page, held=held)
