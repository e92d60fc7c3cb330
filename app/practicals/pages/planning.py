"""Admins' pages for planning practicals and managing their places."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Response
from sqlalchemy.orm import Session

from app.audit.history import history_of
from app.db.paging import page_number
from app.kit.errors import Invalid, NotFound, Refused
from app.kit.ids import PracticalId, SeatId, UserId
from app.kit.messages import Message, msg, sentences
from app.kit.versions import Stale
from app.practicals import queries, service
from app.practicals.domain.recipients import Recipients
from app.practicals.errors import Clashing, PlaceRefused, PlanRefused, ToBeConfirmed
from app.practicals.forms import (
    FIELDS_OF_PLAN,
    PlanForm,
    PracticalReasonForm,
    PublishForm,
    ReserveSeatForm,
    defaults,
    demand_known_kind,
    empty_plan,
    values_of,
)
from app.practicals.pages.list_filters import LONGEST_SEARCH, list_filters, listed_days
from app.practicals.queries.admin_detail import (
    admin_page,
    choices,
    passes_on,
    planned,
    seat_has_ended,
    waiting_page,
)
from app.practicals.queries.admin_lists import board, by_week, list_choices
from app.practicals.queries.eligibility_facts import read_practical
from app.practicals.queries.reservation_candidates import candidates
from app.web.access import ADMIN
from app.web.errors import status_of
from app.web.form_pages import Options, compared, errors_of
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/practicals")


@pages.get("", name="admin.practicals", access=ADMIN)
def list_all(visit: Visit) -> Response:
    query = visit.request.query_params
    shown = listed_days(query.get("show"))
    narrowed = list_filters(query)
    zone = visit.academy.zone
    with visit.database.read() as db:
        number = page_number(query.get("page"))
        offered = list_choices(db, shown, zone=zone, now=visit.now)
        demand_known_kind(narrowed.kind, offered.kinds)
        page = board(db, shown, narrowed, zone=zone, number=number, now=visit.now)
    values = {
        "q": narrowed.text,
        "kind": narrowed.kind,
        "month": narrowed.month,
        "instructor": narrowed.instructor_id,
    }

    def address(**changes: object) -> str:
        """Return the address of this list with some filters changed."""
        wanted = {"show": shown.value, **values, **changes}
        return "?" + urlencode({name: str(value) for name, value in wanted.items() if value})

    return visit.render(
        "practicals/admin_list.html",
        page=page,
        weeks=by_week(page.rows),
        shown=shown,
        values={name: str(value or "") for name, value in values.items()},
        is_narrowed=narrowed.any,
        choices=offered,
        address=address,
    )


@pages.get("/new", name="admin.practical_new", access=ADMIN)
def new_practical(visit: Visit) -> Response:
    return _form(visit, values=empty_plan(zone=visit.academy.zone, now=visit.now))


@pages.post("/new", name="admin.practical_make", access=ADMIN)
def make_practical(visit: Visit, submitted: Submitted) -> Response:
    def effect(db: Session) -> str:
        form = PlanForm.read(submitted)
        practical_id = service.make_practical(
            db,
            visit.actor,
            form.to_plan(),
            refuse_clashes=not form.accept_clashes,
            now=visit.now,
        )
        return visit.url("admin.practical", practical_id=practical_id)

    try:
        with visit.database.write() as db:
            to = visit.once(db, submitted, lambda: effect(db))
    except (Invalid, Clashing) as refused:
        return _form(visit, values=submitted.values, refused=refused)
    return visit.redirect(to, flash=msg("The draft is saved. Publish it when it is right."))


@pages.get("/{practical_id}", name="admin.practical", access=ADMIN)
def show_practical(visit: Visit, practical_id: PracticalId) -> Response:
    return _practical(visit, practical_id)


@pages.get("/{practical_id}/waiting", name="admin.waiting", access=ADMIN)
def show_waiting(visit: Visit, practical_id: PracticalId) -> Response:
    with visit.database.read() as db:
        page = waiting_page(db, practical_id, now=visit.now)
    return visit.render("practicals/admin_waiting.html", page=page)


@pages.get("/{practical_id}/edit", name="admin.practical_edit", access=ADMIN)
def edit_practical(visit: Visit, practical_id: PracticalId) -> Response:
    with visit.database.read() as db:
        values = values_of(planned(db, practical_id))
    return _form(visit, values=values, practical_id=practical_id)


@pages.post("/{practical_id}/edit", name="admin.practical_change", access=ADMIN)
def change_practical(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    try:
        form = PlanForm.read(submitted)
        if form.step == "back":
            return _form(visit, values=submitted.values, practical_id=practical_id)
        plan = form.to_plan()
        with visit.database.write() as db:
            told = service.change_practical(
                db,
                visit.actor,
                practical_id,
                plan,
                expected_version=form.version,
                refuse_clashes=not form.accept_clashes,
                ask_first=form.step == "ask",
                now=visit.now,
            )
    except ToBeConfirmed as unconfirmed:
        return _confirm(visit, practical_id, submitted, unconfirmed)
    except (Invalid, PlanRefused, Stale, Clashing) as refused:
        return _form(visit, values=submitted.values, practical_id=practical_id, refused=refused)
    here = visit.url("admin.practical", practical_id=practical_id)
    return visit.redirect(here, flash=_flash(msg("The practical is changed."), told))


@pages.post("/{practical_id}/publish", name="admin.practical_publish", access=ADMIN)
def publish_practical(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    form = PublishForm.read(submitted)
    try:
        with visit.database.write() as db:
            told = service.publish_practical(
                db,
                visit.actor,
                practical_id,
                refuse_clashes=not form.accept_clashes,
                now=visit.now,
            )
    except (PlanRefused, Clashing) as refused:
        return _practical(visit, practical_id, refused=refused)
    here = visit.url("admin.practical", practical_id=practical_id)
    done = msg("The practical is published. Students see it now.")
    return visit.redirect(here, flash=_flash(done, told))


@pages.get("/{practical_id}/cancel", name="admin.practical_ask_cancel", access=ADMIN)
def ask_to_cancel(visit: Visit, practical_id: PracticalId) -> Response:
    return _ask(visit, practical_id, "practicals/admin_cancel.html")


@pages.post("/{practical_id}/cancel", name="admin.practical_cancel", access=ADMIN)
def cancel_practical(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    try:
        form = PracticalReasonForm.read(submitted)
        with visit.database.write() as db:
            told = service.cancel_practical(
                db, visit.actor, practical_id, reason=form.reason, now=visit.now
            )
    except (Invalid, PlanRefused) as refused:
        values = submitted.values
        return _ask(visit, practical_id, "practicals/admin_cancel.html", values, refused)
    here = visit.url("admin.practical", practical_id=practical_id)
    return visit.redirect(here, flash=_flash(msg("The practical is cancelled."), told))


@pages.get("/{practical_id}/reserve", name="admin.practical_find", access=ADMIN)
def find_person(visit: Visit, practical_id: PracticalId) -> Response:
    return _reserve(visit, practical_id, _words(visit))


@pages.post("/{practical_id}/reserve", name="admin.practical_reserve", access=ADMIN)
def reserve_seat(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    here = visit.url("admin.practical", practical_id=practical_id)

    def effect(db: Session) -> str:
        form = ReserveSeatForm.read(submitted)
        service.reserve_seat(
            db,
            visit.actor,
            practical_id,
            UserId(form.person),
            reason=form.reason,
            override=form.override,
            now=visit.now,
        )
        return here

    try:
        with visit.database.write() as db:
            to = visit.once(db, submitted, lambda: effect(db))
    except (Invalid, PlaceRefused) as refused:
        words = _words(visit)
        return _reserve(visit, practical_id, words, submitted.values, refused)
    return visit.redirect(to, flash=msg("The place is reserved, and the person has been told."))


@pages.get("/{practical_id}/seats/{seat_id}", name="admin.seat", access=ADMIN)
def ask_to_take_away(visit: Visit, practical_id: PracticalId, seat_id: SeatId) -> Response:
    with visit.database.read() as db:
        is_over = seat_has_ended(db, practical_id, seat_id)
    if is_over:  # the person or another admin was first
        here = visit.url("admin.practical", practical_id=practical_id)
        return visit.redirect(here, flash=msg("This place has ended already."), kind="info")
    return _ask(visit, practical_id, "practicals/admin_take_away.html", seat_id=seat_id)


@pages.post("/{practical_id}/seats/{seat_id}", name="admin.take_away", access=ADMIN)
def take_seat_away(
    visit: Visit, practical_id: PracticalId, seat_id: SeatId, submitted: Submitted
) -> Response:
    try:
        form = PracticalReasonForm.read(submitted)
        with visit.database.write() as db:
            service.take_seat_away(
                db, visit.actor, practical_id, seat_id, reason=form.reason, now=visit.now
            )
    except Invalid as refused:
        template = "practicals/admin_take_away.html"
        return _ask(visit, practical_id, template, submitted.values, refused, seat_id=seat_id)
    except PlaceRefused as refused:  # the place no longer exists, so no reason is needed
        return _practical(visit, practical_id, refused=refused)
    here = visit.url("admin.practical", practical_id=practical_id)
    return visit.redirect(here, flash=msg("The place is taken away, and the person has been told."))


def _flash(done: Message, told: Recipients) -> Message:
    """Return a message that says what was done and who gets a mail."""
    return sentences(done, told.message if told.people else None)


def _form(
    visit: RequestContext,
    *,
    values: dict[str, Any],
    practical_id: PracticalId | None = None,
    refused: Refused | None = None,
) -> Response:
    errors = errors_of(refused)
    with visit.database.read() as db:
        offered = choices(db)
        brief = queries.practical_summary(db, practical_id) if practical_id else None
        if practical_id is not None and isinstance(refused, Stale):
            options: Options = {"instructors": offered.instructors, "intake": offered.intakes}
            recorded = values_of(planned(db, practical_id))
            values, errors = compared(
                refused, values, recorded, shown_in=FIELDS_OF_PLAN, options=options
            )
    if practical_id is not None and brief is None:
        raise NotFound
    if practical_id is None and refused is None:
        values = defaults(offered) | values
    return visit.render(
        "practicals/admin_form.html",
        status=status_of(refused) if refused else 200,
        choices=offered,
        practical=brief,
        values=values,
        errors=errors,
        clashes=refused.clashes if isinstance(refused, Clashing) else (),
    )


def _confirm(
    visit: RequestContext,
    practical_id: PracticalId,
    submitted: Submission,
    unconfirmed: ToBeConfirmed,
) -> Response:
    """Show what a change would do and who would get a mail, with everything that was typed."""
    with visit.database.read() as db:
        brief = queries.practical_summary(db, practical_id)
    fields = [(name, typed) for name, many in submitted.fields.items() for typed in many]
    return visit.render(
        "practicals/admin_confirm.html",
        change=unconfirmed,
        practical=brief,
        fields=[pair for pair in fields if pair[0] != "step"],
    )


def _practical(
    visit: RequestContext, practical_id: PracticalId, *, refused: Refused | None = None
) -> Response:
    with visit.database.read() as db:
        number = page_number(visit.request.query_params.get("page"))
        page = admin_page(db, practical_id, now=visit.now, number=number)
        history = history_of(db, "practical", practical_id)
    return visit.render(
        "practicals/admin_practical.html",
        status=status_of(refused) if refused else 200,
        page=page,
        history=history,
        refusal=refused.detail if refused else None,
    )


def _ask(
    visit: RequestContext,
    practical_id: PracticalId,
    template: str,
    values: dict[str, Any] | None = None,
    refused: Refused | None = None,
    *,
    seat_id: SeatId | None = None,
) -> Response:
    """Ask for a reason that one or many people will be told."""
    with visit.database.read() as db:
        roster = queries.roster(db, practical_id)
        passing = passes_on(db, practical_id, now=visit.now) if seat_id else None
    seat = next((seat for seat in roster.seats if seat.seat_id == seat_id), None)
    if seat_id is not None and seat is None:
        raise NotFound
    return visit.render(
        template,
        status=status_of(refused) if refused else 200,
        page=roster,
        seat=seat,
        passing=passing,
        values=values or {},
        errors=errors_of(refused),
    )


def _words(visit: RequestContext) -> str:
    """Return what was searched for, as the address says it."""
    return " ".join(visit.request.query_params.get("q", "").split())[:LONGEST_SEARCH]


def _reserve(
    visit: RequestContext,
    practical_id: PracticalId,
    words: str,
    values: dict[str, Any] | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        practical = read_practical(db, practical_id)
        if practical is None:
            raise NotFound
        number = page_number(visit.request.query_params.get("page"))
        page = candidates(db, practical, words, number=number, now=visit.now)
    return visit.render(
        "practicals/admin_reserve.html",
        status=status_of(refused) if refused else 200,
        page=page,
        words=words,
        values=values or {},
        errors=errors_of(refused),
    )
