"""The office decides requests where they stand: one list over all intakes, several people at once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response

from app.db.paging import page_number
from app.enrolments import decisions, request_queries
from app.enrolments.decisions import DecisionOutcome
from app.enrolments.domain import DeclineReason
from app.enrolments.forms import DeclineRequestsForm, RequestsForm
from app.kit.errors import Invalid, NotFound
from app.kit.ids import EnrolmentId, IntakeId
from app.kit.messages import Message, Text, msg, msgs, sentences
from app.web.access import ADMIN
from app.web.errors import status_of
from app.web.form_pages import errors_of, form_page
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages
from app.web.safe_paths import HOME, local_path

pages = Pages(prefix="/admin/requests")
ONE_REFUSED: Final = 409
_WHY: Final = frozenset({"preset", "reason"})
"""The fields of the page that asks for the reason."""


@pages.get("", name="enrolments.requests", access=ADMIN)
def list_requests(visit: Visit) -> Response:
    return _list(visit, _chosen_intake(visit), number=_number(visit))


@pages.post("/confirm", name="enrolments.confirm_requests", access=ADMIN)
def confirm_requests(visit: Visit, submitted: Submitted) -> Response:
    try:
        form = RequestsForm.read(submitted)
        ids = form.chosen()
    except Invalid as refused:
        return _list(visit, _intake_in(submitted), refused=refused)
    with visit.database.write() as db:
        outcome = decisions.confirm_requests(db, visit.actor, ids, now=visit.now)
    return _answer(visit, form, outcome, confirmed_words(len(outcome.done)))


@pages.get("/decline", name="enrolments.decline_form", access=ADMIN)
def show_decline(visit: Visit) -> Response:
    query = visit.request.query_params
    ids = [EnrolmentId(_id_in(text)) for text in query.getlist("enrolment")]
    return _decline_page(visit, ids, back=_back(visit, query.get("back", "")))


@pages.post("/decline", name="enrolments.decline_requests", access=ADMIN)
def decline_requests(visit: Visit, submitted: Submitted) -> Response:
    """Decline with the reason that was chosen. The list sends no reason yet; it is asked for on a page."""
    try:
        people = _without(submitted, _WHY)
        ids = RequestsForm.read(people).chosen()
    except Invalid as refused:
        return _list(visit, _intake_in(submitted), refused=refused)
    try:
        form = DeclineRequestsForm.read(submitted)
    except Invalid as refused:
        return _decline_page(visit, ids, people.get("back"), submitted, refused)
    if not _WHY & set(submitted.fields):
        query = urlencode([*(("enrolment", str(each)) for each in ids), ("back", form.back)])
        return visit.redirect(f"{visit.url('enrolments.decline_form')}?{query}")
    reason = _reason(form)
    if reason is None:
        missing = msg("Choose a reason, or write one.")
        unexplained = Invalid(missing, fields={"preset": missing})
        return _decline_page(visit, ids, form.back, submitted, unexplained)
    with visit.database.write() as db:
        outcome = decisions.decline_requests(db, visit.actor, ids, reason=reason, now=visit.now)
    return _answer(visit, form, outcome, declined_words(len(outcome.done)))


@pages.post("/undo", name="enrolments.undo_decisions", access=ADMIN)
def undo_decisions(visit: Visit, submitted: Submitted) -> Response:
    try:
        form = RequestsForm.read(submitted)
        ids = form.chosen()
    except Invalid as refused:
        return _list(visit, _intake_in(submitted), refused=refused)
    with visit.database.write() as db:
        outcome = decisions.undo_decisions(db, visit.actor, ids, now=visit.now)
    said = msgs(
        "The decision about {n} person is undone. No mail has left.",
        "The decisions about {n} people are undone. No mail has left.",
        len(outcome.done),
    )
    return _answer(visit, form, outcome, said)


def confirmed_words(count: int) -> Message:
    """Return what is said after so many places were confirmed."""
    return msgs(
        "{n} place is confirmed. The mail leaves in ten seconds; until then you can undo it.",
        "{n} places are confirmed. The mails leave in ten seconds; until then you can undo them.",
        count,
    )


def declined_words(count: int) -> Message:
    """Return what is said after so many requests were declined."""
    return msgs(
        "{n} request is declined. The mail leaves in ten seconds; until then you can undo it.",
        "{n} requests are declined. The mails leave in ten seconds; until then you can undo them.",
        count,
    )


def _answer(
    visit: RequestContext, form: RequestsForm, outcome: DecisionOutcome, said: Message
) -> Response:
    """Go back to where the buttons were, or show the list with each person who was refused."""
    if not outcome.refused:
        return visit.redirect(_back(visit, form.back), flash=said)
    done = said if outcome.done else None
    return _list(visit, form.intake, outcome=outcome, done=done)


def _list(
    visit: RequestContext,
    intake_id: IntakeId | None,
    *,
    number: int = 1,
    refused: Invalid | None = None,
    outcome: DecisionOutcome | None = None,
    done: Message | None = None,
) -> Response:
    with visit.database.read() as db:
        page = request_queries.requests_page(
            db, visit.actor, intake_id=intake_id, number=number, now=visit.now
        )
    status = ONE_REFUSED if outcome else status_of(refused) if refused else 200
    return visit.render(
        "enrolments/requests.html",
        status=status,
        page=page,
        all_ticked=visit.request.query_params.get("tick") == "all",
        errors=errors_of(refused),
        refused=outcome.refused if outcome else (),
        done=done,
    )


def _decline_page(
    visit: RequestContext,
    ids: Sequence[EnrolmentId],
    back: str,
    submitted: Submission | None = None,
    refused: Invalid | None = None,
) -> Response:
    with visit.database.read() as db:
        rows = request_queries.requests_of(db, visit.actor, ids)
    return form_page(
        visit,
        "enrolments/decline_requests.html",
        submitted,
        refused,
        rows=rows,
        back=_back(visit, back),
        presets=[(reason.value, reason.label) for reason in DeclineReason],
    )


def _without(submitted: Submission, names: frozenset[str]) -> Submission:
    fields = {name: typed for name, typed in submitted.fields.items() if name not in names}
    return replace(submitted, fields=fields)


def _reason(form: DeclineRequestsForm) -> Text | None:
    """Return the reason: the chosen sentence, which each person reads in their own language, what was typed,
    or both."""
    if form.preset is None:
        return form.reason
    typed = msg("{words}", words=form.reason) if form.reason else None
    return sentences(form.preset.label, typed)


def _back(visit: RequestContext, wanted: str) -> str:
    path = local_path(wanted)
    return visit.url("enrolments.requests") if path == HOME else path


def _number(visit: RequestContext) -> int:
    return page_number(visit.request.query_params.get("page"))


def _chosen_intake(visit: RequestContext) -> IntakeId | None:
    text = visit.request.query_params.get("intake")
    try:
        return IntakeId(UUID(text)) if text else None
    except ValueError:
        raise Invalid(request_queries.UNKNOWN_INTAKE) from None


def _intake_in(submitted: Submission) -> IntakeId | None:
    text = submitted.get("intake")
    return IntakeId(_id_in(text)) if text else None


def _id_in(text: str) -> UUID:
    """Return the id in an address or a hidden field. Raise NotFound if it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
