"""The office's screen for reserving places on a course together with places on a practical.

Its address is that of an intake. Enrolments provides the form and its rows of people; this adds the
practical.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import Response
from sqlalchemy.orm import Session

from app.enrolments import admin_queries
from app.enrolments.errors import OtherNames, OtherPlaces, PlaceElsewhere, PlacesRefused
from app.enrolments.forms import NamedPerson, read_reservation, typed_rows
from app.kit.errors import Conflict, Invalid, Refused
from app.kit.ids import IntakeId, PracticalId
from app.kit.messages import Message, Text, msg, msgs
from app.practicals import service
from app.practicals.domain.times import span_message
from app.practicals.forms import ReserveWithPracticalForm
from app.practicals.queries import PracticalSummary
from app.practicals.queries.admin_detail import reservable, why_no_day
from app.web.access import ADMIN
from app.web.errors import status_of
from app.web.form_pages import errors_of
from app.web.forms import Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()
ANOTHER_NAME: Final = msg(
    "Nobody got a place yet: an address belongs to somebody with another name."
)
ANOTHER_PLACE: Final = msg(
    "Nobody got a place yet: somebody is on another intake of this course. Cancel that place first, or say "
    "that a second one is meant."
)
NOBODY: Final = msg("Nobody got a place. Each person’s row says why.")


@pages.get("/admin/intakes/{intake_id}/reserve", name="enrolments.reserve_for", access=ADMIN)
def show_reserve_for(visit: Visit, intake_id: IntakeId) -> Response:
    return _screen(visit, intake_id, {}, None, {})


@pages.post("/admin/intakes/{intake_id}/reserve", name="enrolments.reserve_places", access=ADMIN)
def reserve_places(visit: Visit, intake_id: IntakeId, submitted: Submitted) -> Response:
    def effect(db: Session) -> str:
        service.reserve_with_practical(
            db,
            visit.actor,
            intake_id,
            named=[(person.name, person.email) for person in named],
            note=form.note,
            override_reason=form.override_reason,
            practical_id=PracticalId(form.practical) if form.practical else None,
            seat_reason=form.seat_reason,
            seat_override=form.seat_override,
            known_as={person.email: person.known_as for person in named if person.known_as},
            beside={person.email: person.beside for person in named if person.beside},
            now=visit.now,
        )
        return visit.url("enrolments.intake", intake_id=intake_id) + "?show=confirmed"

    try:
        form, named = read_reservation(submitted, ReserveWithPracticalForm)
        with visit.database.write() as db:
            to = visit.once(db, submitted, lambda: effect(db))
    except PlacesRefused as refused:
        return _places_refused(visit, intake_id, submitted.values, named, refused)
    except (Invalid, Conflict) as refused:
        return _screen(visit, intake_id, submitted.values, refused, errors_of(refused))
    return visit.redirect(to, flash=_done(len(named), with_practical=form.practical is not None))


def _places_refused(
    visit: RequestContext,
    intake_id: IntakeId,
    values: dict[str, Any],
    named: Sequence[NamedPerson],
    refused: PlacesRefused,
) -> Response:
    """Show the screen again with what stands against each person, or with what is asked about them."""
    account_names: dict[int, str] = {}
    other_places: dict[int, tuple[PlaceElsewhere, ...]] = {}
    general = NOBODY
    if isinstance(refused, OtherNames):
        general = ANOTHER_NAME
        account_names = {named[at].row: name for at, name in refused.account_names.items()}
    elif isinstance(refused, OtherPlaces):
        general = ANOTHER_PLACE
        other_places = {named[at].row: places for at, places in refused.places.items()}
    fields = {f"name_{named[person.index].row}": person.message for person in refused.people}
    rows = typed_rows(values, account_names, other_places)
    return _screen(visit, intake_id, values, refused, {"form": general, **fields}, rows)


def _done(places: int, *, with_practical: bool) -> Message:
    if with_practical:
        return msgs(
            "{n} place is reserved, each with a place on the practical. Each person gets a mail.",
            "{n} places are reserved, each with a place on the practical. Each person gets a mail.",
            places,
        )
    return msgs(
        "{n} place is reserved. Each person gets a mail.",
        "{n} places are reserved. Each person gets a mail.",
        places,
    )


def _screen(
    visit: RequestContext,
    intake_id: IntakeId,
    values: dict[str, Any],
    refused: Refused | None,
    errors: Mapping[str, Text],
    rows: tuple[dict[str, object], ...] | None = None,
) -> Response:
    with visit.database.read() as db:
        intake = admin_queries.intake_facts(db, visit.actor, intake_id)
        days = reservable(db, intake.course_key, intake_id, now=visit.now)
        no_day = None if days else why_no_day(db, intake.course_key, intake_id, now=visit.now)
    return visit.render(
        "practicals/reserve_course.html",
        status=status_of(refused) if refused else 200,
        page=intake,
        days=[_option(day) for day in days],
        no_day=no_day,
        rows=rows or typed_rows(values),
        action=visit.url("enrolments.reserve_places", intake_id=intake_id),
        errors=errors,
        values=values,
    )


def _option(day: PracticalSummary) -> tuple[str, Message]:
    """Return a practical as an option to choose."""
    words = msgs(
        "{practical}, {when}, {left} of {n} place left",
        "{practical}, {when}, {left} of {n} places left",
        day.capacity,
        practical=day.title,
        when=span_message(day.starts_at, day.ends_at, day.zone),
        left=max(0, day.capacity - day.taken),
    )
    return str(day.practical_id), words
