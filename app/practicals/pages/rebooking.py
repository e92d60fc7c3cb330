"""The office's page for reserving another day for the people of a cancelled one."""

from typing import Any

from fastapi import Response
from sqlalchemy.orm import Session

from app.enrolments.errors import PlacesRefused
from app.kit.errors import Conflict, Invalid, Refused
from app.kit.ids import PracticalId, UserId
from app.kit.messages import Message, Text, msg, msgs, sentences
from app.practicals import service
from app.practicals.domain.times import moment_message
from app.practicals.forms import RebookForm
from app.practicals.queries.cancelled_days import FormerPerson, rebooking_page
from app.web.access import ADMIN
from app.web.errors import status_of
from app.web.form_pages import errors_of
from app.web.forms import Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/practicals/{practical_id}/rebook")


@pages.get("", name="admin.practical_ask_rebook", access=ADMIN)
def ask_to_rebook(visit: Visit, practical_id: PracticalId) -> Response:
    return _screen(visit, practical_id)


@pages.post("", name="admin.practical_rebook", access=ADMIN)
def rebook(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    def effect(db: Session) -> str:
        service.rebook(
            db,
            visit.actor,
            practical_id,
            [UserId(user_id) for user_id in form.people],
            PracticalId(form.day),
            reason=form.reason,
            override=form.override,
            now=visit.now,
        )
        return visit.url("admin.practical", practical_id=form.day)

    try:
        form = RebookForm.read(submitted)
        with visit.database.write() as db:
            to = visit.once(db, submitted, lambda: effect(db))
    except (Invalid, Conflict) as refused:
        typed = submitted.values | {"people": list(submitted.fields.get("people", ()))}
        return _screen(visit, practical_id, typed, refused)
    done = msgs(
        "{n} place is reserved, and the person has been told.",
        "{n} places are reserved, and everybody has been told.",
        len(form.people),
    )
    return visit.redirect(to, flash=done)


def _screen(
    visit: RequestContext,
    practical_id: PracticalId,
    values: dict[str, Any] | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        page = rebooking_page(db, practical_id, now=visit.now)
    day = page.practical
    reason = msg(
        "Instead of {day}, which was cancelled", day=moment_message(day.starts_at, day.zone)
    )
    proposed = {
        "people": [str(person.user_id) for person in page.proposed],
        "day": str(page.days[0].practical_id) if page.days else "",
        "reason": visit.words.of(reason),
    }
    shown = proposed if values is None else values
    return visit.render(
        "practicals/admin_rebook.html",
        status=status_of(refused) if refused else 200,
        page=page,
        people=[(str(person.user_id), _person(person)) for person in page.former.people],
        days=[(str(choice.practical_id), choice.choice) for choice in page.days],
        chosen=shown["people"],
        values=shown,
        errors=_errors(refused),
    )


def _errors(refused: Refused | None) -> dict[str, Text]:
    if isinstance(refused, PlacesRefused):
        everybody = sentences(
            msg("Nobody got a place."), *(person.message for person in refused.people)
        )
        return {"people": everybody}
    return errors_of(refused)


def _person(person: FormerPerson) -> Message:
    if person.has_other:
        return msg(
            "{name}, {email} (has a place on another day to come)",
            name=person.name,
            email=person.email,
        )
    return msg("{name}, {email}", name=person.name, email=person.email)
