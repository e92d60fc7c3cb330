"""The office's page for moving a person with a place to another day."""

from typing import Any

from fastapi import Response

from app.kit.errors import Invalid, Refused
from app.kit.ids import PracticalId, SeatId
from app.kit.messages import Text, msg, sentences
from app.practicals import service
from app.practicals.errors import PlaceRefused
from app.practicals.forms import MoveSeatForm
from app.practicals.queries.moves import move_page
from app.web.access import ADMIN
from app.web.errors import status_of
from app.web.form_pages import errors_of
from app.web.forms import Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/practicals/{practical_id}/seats/{seat_id}/move")


@pages.get("", name="admin.seat_ask_move", access=ADMIN)
def ask_to_move(visit: Visit, practical_id: PracticalId, seat_id: SeatId) -> Response:
    return _screen(visit, practical_id, seat_id)


@pages.post("", name="admin.seat_move", access=ADMIN)
def move_seat(
    visit: Visit, practical_id: PracticalId, seat_id: SeatId, submitted: Submitted
) -> Response:
    try:
        form = MoveSeatForm.read(submitted)
        with visit.database.write() as db:
            service.move_person(
                db,
                visit.actor,
                practical_id,
                seat_id,
                PracticalId(form.day),
                reason=form.reason,
                override=form.override,
                now=visit.now,
            )
    except (Invalid, PlaceRefused) as refused:
        return _screen(visit, practical_id, seat_id, submitted.values, refused)
    there = visit.url("admin.practical", practical_id=form.day)
    return visit.redirect(there, flash=msg("The person has moved to this day and has been told."))


def _screen(
    visit: RequestContext,
    practical_id: PracticalId,
    seat_id: SeatId,
    values: dict[str, Any] | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        page = move_page(db, practical_id, seat_id, now=visit.now)
    if page.has_ended:  # somebody else was first, or the same form came twice
        here = visit.url("admin.practical", practical_id=practical_id)
        return visit.redirect(here, flash=msg("This place has ended already."), kind="info")
    return visit.render(
        "practicals/admin_move.html",
        status=status_of(refused) if refused else 200,
        page=page,
        days=[(str(day.practical_id), day.choice) for day in page.days],
        values=values or {},
        errors=_errors(refused),
    )


def _errors(refused: Refused | None) -> dict[str, Text]:
    if isinstance(refused, PlaceRefused):
        reasons = sentences(*(unmet.message for unmet in refused.unmet))
        return {"day": reasons}
    return errors_of(refused)
