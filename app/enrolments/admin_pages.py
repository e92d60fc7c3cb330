"""The office's pages of intakes: the list, one intake with its people, creating and changing one."""

from dataclasses import replace
from typing import Any

from fastapi import Response

from app.accounts.contact_queries import phones_of
from app.accounts.loss_preview import Loss, held_by
from app.courses import queries as courses
from app.db.paging import page_number
from app.enrolments import admin_queries, intake_changes, service
from app.enrolments.admin_queries import EnrolmentRow, IntakeFacts
from app.enrolments.domain import STATE_WORDS, intake_record
from app.enrolments.forms import (
    FIELDS_OF_INTAKE,
    LONGEST_SEARCH,
    EnrolmentReasonForm,
    IntakeForm,
    NewIntakeForm,
)
from app.enrolments.intake_changes import IntakeChange
from app.enrolments.kept_prices import in_words, kept_prices
from app.enrolments.queries import places_by_intake
from app.enrolments.request_queries import with_decided_now
from app.kit.academy import Academy
from app.kit.currency import Currency
from app.kit.errors import Conflict, Invalid, Refused
from app.kit.ids import IntakeId
from app.kit.messages import Message, Money, msg, msgs, sentences
from app.kit.phone_numbers import listed_phone
from app.kit.versions import Stale, version_of
from app.web.access import ADMIN, FreshProof
from app.web.csv_response import Cell, CsvResponse
from app.web.dates import local_day, typed_day, typed_moment
from app.web.errors import status_of
from app.web.form_pages import compared, errors_of, form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()


@pages.get("/admin/intakes", name="enrolments.intakes", access=ADMIN)
def list_intakes(visit: Visit) -> Response:
    when = visit.request.query_params.get("when")
    if when not in (None, "", "past"):
        raise Invalid(msg("There is no such list of intakes. Choose one of the lists."))
    past = when == "past"
    number = page_number(visit.request.query_params.get("page"))
    today = local_day(visit.now, visit.academy.zone)
    with visit.database.read() as db:
        page = admin_queries.intake_list(db, visit.actor, past=past, today=today, number=number)
    return visit.render("enrolments/intakes.html", page=page, past=past)


@pages.get("/admin/intakes/new", name="enrolments.new_intake", access=ADMIN)
def show_new_intake(visit: Visit) -> Response:
    return _intake_form(visit, {}, None)


@pages.post("/admin/intakes/new", name="enrolments.make_intake", access=ADMIN)
def make_intake(visit: Visit, submitted: Submitted) -> Response:
    try:
        form = NewIntakeForm.read(submitted, currency=visit.academy.currency)
        fields = form.fields_in(visit.academy.zone)
        with visit.database.write() as db:
            to = visit.once(
                db,
                submitted,
                lambda: visit.url(
                    "enrolments.intake",
                    intake_id=service.make_intake(
                        db, visit.actor, form.course_key, fields=fields, now=visit.now
                    ),
                ),
            )
    except Invalid as refused:
        return _intake_form(visit, submitted.values, refused)
    return visit.redirect(
        to, flash=msg("The intake is saved as a draft. Open it when visitors may see it.")
    )


@pages.get("/admin/intakes/{intake_id}", name="enrolments.intake", access=ADMIN)
def show_intake(visit: Visit, intake_id: IntakeId) -> Response:
    return _intake(visit, intake_id)


@pages.get("/admin/intakes/{intake_id}/edit", name="enrolments.edit_intake", access=ADMIN)
def show_edit_intake(visit: Visit, intake_id: IntakeId) -> Response:
    with visit.database.read() as db:
        intake = admin_queries.intake_facts(db, visit.actor, intake_id)
    return _intake_form(visit, _typed(intake, visit.academy), None, intake)


@pages.post("/admin/intakes/{intake_id}/edit", name="enrolments.change_intake", access=ADMIN)
def change_intake(visit: Visit, intake_id: IntakeId, submitted: Submitted) -> Response:
    try:
        form = IntakeForm.read(submitted, currency=visit.academy.currency)
        fields = form.fields_in(visit.academy.zone)
        with visit.database.write() as db:
            change = intake_changes.change_intake(
                db,
                visit.actor,
                intake_id,
                fields=fields,
                reason=form.reason,
                expected_version=form.version,
                now=visit.now,
            )
    except (Invalid, Conflict) as refused:
        with visit.database.read() as db:
            intake = admin_queries.intake_facts(db, visit.actor, intake_id)
        return _intake_form(visit, submitted.values, refused, intake)
    return visit.redirect(
        visit.url("enrolments.intake", intake_id=intake_id),
        flash=_said_of(change, Money(fields.price_pence)),
    )


@pages.post("/admin/intakes/{intake_id}/open", name="enrolments.open_intake", access=ADMIN)
def open_intake(visit: Visit, intake_id: IntakeId, submitted: Submitted) -> Response:
    try:
        ButtonForm.read(submitted)
        with visit.database.write() as db:
            service.open_intake(db, visit.actor, intake_id, now=visit.now)
    except Conflict as refused:
        return _intake(visit, intake_id, refused)
    return visit.redirect(
        visit.url("enrolments.intake", intake_id=intake_id),
        flash=msg("The intake is open: visitors see it on the page of the course."),
    )


@pages.get(
    "/admin/intakes/{intake_id}/cancel", name="enrolments.confirm_cancel_intake", access=ADMIN
)
def show_cancel_intake(visit: Visit, intake_id: IntakeId) -> Response:
    """Show what would end together with the intake, before it is cancelled."""
    return _cancel_page(visit, intake_id)


@pages.post("/admin/intakes/{intake_id}/cancel", name="enrolments.cancel_intake", access=ADMIN)
def cancel_intake(visit: Visit, intake_id: IntakeId, submitted: Submitted) -> Response:
    try:
        form = EnrolmentReasonForm.read(submitted)
        with visit.database.write() as db:
            service.cancel_intake(db, visit.actor, intake_id, reason=form.reason, now=visit.now)
    except (Invalid, Conflict) as refused:
        return _cancel_page(visit, intake_id, submitted, refused)
    return visit.redirect(
        visit.url("enrolments.intake", intake_id=intake_id),
        flash=msg("The intake is cancelled. Everybody concerned gets a mail with the reason."),
    )


@pages.post(
    "/admin/intakes/{intake_id}/export",
    name="enrolments.export",
    access=ADMIN,
    proof=FreshProof(msg("take a list of people away")),
)
def export_people(visit: Visit, intake_id: IntakeId, submitted: Submitted) -> Response:
    """A POST, because the audit trail records who exported a list of people."""
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        intake = admin_queries.intake_facts(db, visit.actor, intake_id)
        rows = admin_queries.everybody_in(db, visit.actor, intake_id)
        phones = phones_of(db, {row.user_id for row in rows})
        service.note_export(db, visit.actor, intake_id, rows=len(rows), now=visit.now)
    name = f"{intake.course_key}-{intake.starts_on.isoformat()}"
    return CsvResponse(
        name,
        _csv_heading(visit.academy.currency),
        (_csv_row(row, phones.get(row.user_id, ""), visit.academy) for row in rows),
        visit.words,
    )


def _said_of(change: IntakeChange, price: Money) -> Message:
    """Return what a change did to the people in the intake, and who was mailed."""
    mailed = msgs(
        "{n} person who holds or waits for a place was mailed the new start date.",
        "{n} people who hold or wait for a place were mailed the new start date.",
        change.told,
    )
    if change.keeping:
        new_price = msg(
            "{price} is the price for new requests; {kept}. Nobody was mailed about the price.",
            price=price,
            kept=in_words(change.keeping),
        )
    else:
        new_price = msg("{price} is the price for new requests.", price=price)
    return sentences(
        msg("The intake is changed."),
        new_price if change.has_new_price else None,
        mailed if change.told else None,
    )


def _cancel_page(
    visit: RequestContext,
    intake_id: IntakeId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        page = admin_queries.intake_facts(db, visit.actor, intake_id)
        places = places_by_intake(db, intake_id)
        loss = Loss(
            tuple(place.user_id for place in places),
            enrolment_ids=frozenset(place.enrolment_id for place in places),
        )
        held = held_by(db, loss, now=visit.now) if places else ()
    return form_page(
        visit, "enrolments/cancel_intake.html", submitted, refused, page=page, held=held
    )


def _intake(
    visit: RequestContext,
    intake_id: IntakeId,
    refused: Refused | None = None,
    submitted: Submission | None = None,
) -> Response:
    shown = visit.request.query_params.get("show")
    if shown and shown not in admin_queries.SHOWN:
        raise Invalid(
            msg("There is no such list of the people of an intake. Choose one of the lists.")
        )
    number = page_number(visit.request.query_params.get("page"))
    text = " ".join(visit.request.query_params.get("q", "").split())[:LONGEST_SEARCH]
    with visit.database.read() as db:
        page = admin_queries.intake_page(
            db, visit.actor, intake_id, shown=shown, number=number, text=text
        )
        if page.shown == "requested" and not text:
            rows = with_decided_now(db, visit.actor, page.rows, intake_id, now=visit.now)
            page = replace(page, rows=rows)
    return visit.render(
        "enrolments/intake.html",
        status=status_of(refused) if refused else 200,
        page=page,
        errors=errors_of(refused),
        values=submitted.values if submitted else {},
        text=text,
        all_ticked=visit.request.query_params.get("tick") == "all",
    )


def _intake_form(
    visit: RequestContext,
    values: dict[str, Any],
    refused: Refused | None,
    intake: IntakeFacts | None = None,
) -> Response:
    errors = errors_of(refused)
    if intake is not None and isinstance(refused, Stale):
        recorded = _typed(intake, visit.academy)
        values, errors = compared(refused, values, recorded, shown_in=FIELDS_OF_INTAKE, options={})
    with visit.database.read() as db:
        catalogue = courses.offered(db)
        if intake is None and refused is None:
            usual = admin_queries.usual(db, visit.actor)
            values = _likely([entry.course_key for entry in catalogue], usual, visit)
        prices = () if intake is None else in_words(kept_prices(db, intake.intake_id))
    return visit.render(
        "enrolments/intake_form.html",
        status=status_of(refused) if refused else 200,
        page=intake,
        courses=[(entry.course_key, entry.course.title) for entry in catalogue],
        prices_kept=prices,
        errors=errors,
        values=values,
    )


def _likely(
    course_keys: list[str], usual: tuple[int, int] | None, visit: RequestContext
) -> dict[str, Any]:
    """Return the initial values of the form for a new intake: the only course, the terms of the
    newest intake, and reservations from today."""
    price, places = usual or (None, None)
    return {
        "course_key": course_keys[0] if len(course_keys) == 1 else "",
        "price": "" if price is None else visit.academy.currency.typed(price),
        "places": "" if places is None else str(places),
        "opens_on": typed_day(local_day(visit.now, visit.academy.zone)),
    }


def _typed(intake: IntakeFacts, academy: Academy) -> dict[str, Any]:
    zone = academy.zone
    opens, closes = typed_moment(intake.opens_at, zone), typed_moment(intake.closes_at, zone)
    return {
        "version": version_of(intake_record(intake)),
        "title": intake.title,
        "starts_on": typed_day(intake.starts_on),
        "price": academy.currency.typed(intake.price_pence),
        "places": str(intake.places),
        "opens_on": opens["day"],
        "opens_time": opens["time"],
        "closes_on": closes["day"],
        "closes_time": closes["time"],
    }


def _csv_heading(currency: Currency) -> tuple[Message, ...]:
    return (
        *(
            msg("Name"),
            msg("E-mail"),
            msg("Phone"),
            msg("State"),
            msg("Position"),
            msg("Requested"),
        ),
        *(msg("Decided"), msg("Reserved by the office")),
        msg("Price in {currency}", currency=currency.code),
        *(msg("Invoice"), msg("Invoiced"), msg("Paid"), msg("Note"), msg("Reason")),
    )


def _csv_row(row: EnrolmentRow, phone: str, academy: Academy) -> tuple[Cell, ...]:
    return (
        row.name,
        row.email,
        listed_phone(phone),
        STATE_WORDS[row.state],
        str(row.position or ""),
        row.requested_at,
        row.decided_at,
        msg("yes") if row.is_reserved else msg("no"),
        academy.currency.exact(row.price_pence),
        row.invoice_number or "",
        row.invoiced_at and local_day(row.invoiced_at, academy.zone),
        row.paid_at and local_day(row.paid_at, academy.zone),
        row.note or "",
        row.reason or "",
    )
