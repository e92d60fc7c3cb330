"""The office's list of recorded invoices over all intakes: looking, recording payments, taking it away."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from app.db.paging import page_number
from app.enrolments import invoice_queries, invoices
from app.enrolments.forms import (
    LONGEST_SEARCH,
    InvoiceExportForm,
    PayInvoicesForm,
    midnight,
    shown_invoices,
)
from app.enrolments.invoice_queries import InvoiceRow
from app.enrolments.money_rules import INVOICE_STATE_WORDS
from app.kit.academy import Academy
from app.kit.currency import Currency
from app.kit.errors import Conflict, Invalid, Refused
from app.kit.messages import Message, msg, msgs
from app.web.access import ADMIN, FreshProof
from app.web.csv_response import Cell, CsvResponse
from app.web.dates import local_day, typed_day
from app.web.errors import status_of
from app.web.form_pages import errors_of
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/invoices")


@pages.get("", name="enrolments.invoices", access=ADMIN)
def list_invoices(visit: Visit) -> Response:
    return _list(visit)


@pages.post("/payments", name="enrolments.pay_invoices", access=ADMIN)
def record_payments(visit: Visit, submitted: Submitted) -> Response:
    zone = visit.academy.zone
    try:
        form = PayInvoicesForm.read(submitted)
        today = local_day(visit.now, zone)
        paid_at = midnight("paid_on", form.paid_on, today=today, zone=zone)
        with visit.database.write() as db:
            count = invoices.record_payments(
                db, visit.actor, form.invoice, paid_at=paid_at, now=visit.now, zone=zone
            )
    except (Invalid, Conflict) as refused:
        return _list(visit, refused, submitted)
    said = msgs(
        "{n} payment is recorded on {day:date}. Nobody was mailed.",
        "{n} payments are recorded on {day:date}. Nobody was mailed.",
        count,
        day=paid_at,
    )
    return visit.redirect(visit.url("enrolments.invoices"), flash=said)


@pages.post(
    "/export",
    name="enrolments.export_invoices",
    access=ADMIN,
    proof=FreshProof(msg("take a list of people away")),
)
def export_invoices(visit: Visit, submitted: Submitted) -> Response:
    """A POST, because the audit trail records who exported a list of people."""
    form = InvoiceExportForm.read(submitted)
    academy = visit.academy
    with visit.database.write() as db:
        rows = invoice_queries.every_invoice(
            db, visit.actor, shown=form.show, text=form.q, now=visit.now, zone=academy.zone
        )
        invoices.note_export(db, visit.actor, rows=len(rows), now=visit.now)
    return CsvResponse(
        "invoices", _heading(academy.currency), (_cells(row, academy) for row in rows), visit.words
    )


def _list(
    visit: RequestContext, refused: Refused | None = None, submitted: Submission | None = None
) -> Response:
    query = visit.request.query_params
    shown = shown_invoices(query.get("show"))
    text = " ".join(query.get("q", "").split())[:LONGEST_SEARCH]
    with visit.database.read() as db:
        page = invoice_queries.invoice_list(
            db,
            visit.actor,
            shown=shown,
            text=text,
            number=page_number(query.get("page")),
            now=visit.now,
            zone=visit.academy.zone,
        )

    def address(**changes: object) -> str:
        """Return the address of this list with some filters changed."""
        filters: dict[str, object] = {"show": shown, "q": text, **changes}
        return "?" + urlencode({name: str(value) for name, value in filters.items() if value})

    values: dict[str, Any] = submitted.values if submitted else {}
    ticked = submitted.fields.get("invoice", ()) if submitted else ()
    return visit.render(
        "enrolments/invoices.html",
        status=status_of(refused) if refused else 200,
        page=page,
        shown=shown,
        text=text,
        address=address,
        errors=errors_of(refused),
        paid_on=values.get("paid_on", typed_day(local_day(visit.now, visit.academy.zone))),
        ticked=frozenset(each.partition(":")[0] for each in ticked),
    )


def _heading(currency: Currency) -> tuple[Message, ...]:
    return (
        *(msg("Name"), msg("E-mail"), msg("Course"), msg("Intake"), msg("Start")),
        msg("Price in {currency}", currency=currency.code),
        *(msg("Invoice"), msg("Invoiced"), msg("Days since"), msg("Paid"), msg("State")),
    )


def _cells(row: InvoiceRow, academy: Academy) -> tuple[Cell, ...]:
    return (
        row.name,
        row.email,
        row.course_title,
        row.intake_title,
        row.starts_on,
        academy.currency.exact(row.price.minor),
        row.number,
        row.invoiced_at and local_day(row.invoiced_at, academy.zone),
        str(row.days),
        row.paid_at and local_day(row.paid_at, academy.zone),
        INVOICE_STATE_WORDS[row.state] if row.state else "",
    )
