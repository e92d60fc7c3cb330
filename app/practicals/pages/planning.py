"""Admins' pages for planning practicals and managing their places."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Response
from sqlalchemy.orm import Session

from app.audit.history import history_of
from app.db.paging import page_number
from app.kit.errors import Invalid, NotFound, Refused
from app.kit.ids import PracticalId, SeatId, UserId
from app.kit.messages import msg
from app.practicals import queries, service
from app.practicals.domain.recipients import with_recipients
from app.practicals.errors import Clashing, PlaceRefused, PlanRefused
from app.practicals.forms import (
    PracticalReasonForm,
    PublishForm,
    ReserveSeatForm,
    demand_known_kind,
)
from app.practicals.pages.list_filters import LONGEST_SEARCH, list_filters, listed_days
from app.practicals.queries.admin_detail import (
    admin_page,
    passes_on,
    seat_has_ended,
    waiting_page,
)
from app.practicals.queries.admin_lists import board, by_week, list_choices
from app.practicals.queries.eligibility_facts import read_practical
from app.practicals.queries.reservation_candidates import candidates
from app.web.access import ADMIN
from app.web.errors import status_of
from app.web.form_pages import errors_of
from app.web.forms import Submitted
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


@pages.get("/{practical_id}", name="admin.practical", access=ADMIN)
def show_practical(visit: Visit, practical_id: PracticalId) -> Response:
    return _practical(visit, practical_id)


@pages.get("/{practical_id}/waiting", name="admin.waiting", access=ADMIN)
def show_waiting(visit: Visit, practical_id: PracticalId) -> Response:
    with visit.database.read() as db:
        page = waiting_page(db, practical_id, now=visit.now)
    return visit.render("practicals/admin_waiting.html", page=page)


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
    return visit.redirect(here, flash=with_recipients(done, told))


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
    return visit.redirect(here, flash=with_recipients(msg("The practical is cancelled."), told))


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
