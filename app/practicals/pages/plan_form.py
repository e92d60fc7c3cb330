"""The form in which admins plan a practical day, copy it and change it."""

from typing import Any

from fastapi import Response
from sqlalchemy.orm import Session

from app.kit.errors import Invalid, NotFound, Refused
from app.kit.ids import PracticalId
from app.kit.messages import msg
from app.kit.versions import Stale
from app.practicals import queries, service
from app.practicals.domain.recipients import with_recipients
from app.practicals.errors import Clashing, PlanRefused, ToBeConfirmed
from app.practicals.forms import (
    FIELDS_OF_PLAN,
    PlanForm,
    copied_values,
    defaults,
    empty_plan,
    taught_by_ticked,
    values_of,
)
from app.practicals.queries.admin_detail import choices, planned
from app.practicals.queries.summaries import PracticalSummary
from app.web.access import ADMIN
from app.web.dates import weekday_question
from app.web.errors import status_of
from app.web.form_pages import Options, compared, errors_of
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/practicals")


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
        repeats = form.step == "repeat"
        next_page = "admin.practical_ask_repeat" if repeats else "admin.practical"
        return visit.url(next_page, practical_id=practical_id)

    try:
        with visit.database.write() as db:
            to = visit.once(db, submitted, lambda: effect(db))
    except (Invalid, Clashing) as refused:
        return _form(visit, values=submitted.values, refused=refused)
    return visit.redirect(to, flash=msg("The draft is saved. Publish it when it is right."))


@pages.get("/{practical_id}/copy", name="admin.practical_copy", access=ADMIN)
def copy_practical(visit: Visit, practical_id: PracticalId) -> Response:
    with visit.database.read() as db:
        source = planned(db, practical_id)
        values = copied_values(source, choices(db), now=visit.now)
        like = queries.practical_summary(db, practical_id)
    return _form(visit, values=values, like=like)


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
                reason=form.reason,
                now=visit.now,
            )
    except ToBeConfirmed as unconfirmed:
        return _confirm(visit, practical_id, submitted, unconfirmed)
    except (Invalid, PlanRefused, Stale, Clashing) as refused:
        return _form(visit, values=submitted.values, practical_id=practical_id, refused=refused)
    here = visit.url("admin.practical", practical_id=practical_id)
    return visit.redirect(here, flash=with_recipients(msg("The practical is changed."), told))


def _form(
    visit: RequestContext,
    *,
    values: dict[str, Any],
    practical_id: PracticalId | None = None,
    like: PracticalSummary | None = None,
    refused: Refused | None = None,
) -> Response:
    """Show the form: of a new practical, of a copy of `like`, or of the practical that is changed."""
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
        like=like,
        taught=taught_by_ticked(values, offered),
        question=weekday_question(values.get("day")),
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
        change=unconfirmed.preview,
        practical=brief,
        fields=[pair for pair in fields if pair[0] not in ("step", "reason")],
        reason=submitted.get("reason"),
    )
