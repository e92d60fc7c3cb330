"""The history of the academy for admins, and its export."""

from collections.abc import Mapping

from fastapi import Response
from sqlalchemy.orm import Session

from app.audit.act_sentences import ACT_SENTENCES
from app.audit.history import HistoryEntry
from app.audit.subjects import subject_kinds
from app.history import queries, service
from app.history.forms import (
    HistoryExportForm,
    HistoryFilterForm,
    address_with,
    errors_of_filters,
)
from app.history.queries import MOST_EXPORTED, HistoryPage
from app.kit.errors import Invalid
from app.kit.messages import Message, msg
from app.web.access import ADMIN, FreshProof
from app.web.csv_response import Cell, CsvResponse
from app.web.forms import Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/audit")

ON_LIFE_SUPPORT = "accounts.life_support_"
FIELDS = ("person", "by", "kind", "act", "first", "last", "reason")
HEADING = (
    msg("When"),
    msg("What happened"),
    msg("Changed"),
    msg("Passed over"),
    msg("Reason"),
    msg("Request"),
)


@pages.get("", name="history.list", access=ADMIN)
def show_history(visit: Visit) -> Response:
    address = visit.request.query_params
    try:
        form = HistoryFilterForm.of_address(address)
    except Invalid as refused:
        return _refused(visit, {name: address.get(name, "") for name in FIELDS}, refused)
    with visit.database.read() as db:
        page = queries.history_page(db, visit.actor, form.query(visit.academy.zone))
        acts = _acts(visit, db, form.values)
    return _page(visit, form.values, acts, page=page, is_first=not form.before)


@pages.post(
    "/export",
    name="history.export",
    access=ADMIN,
    proof=FreshProof(msg("take the history away")),
)
def export_history(visit: Visit, submitted: Submitted) -> Response:
    """Send the acts of the current filters as CSV. This is a POST because it is itself recorded."""
    try:
        form = HistoryExportForm.read(submitted)
    except Invalid as refused:
        return _refused(visit, {name: submitted.get(name) for name in (*FIELDS, "of")}, refused)
    with visit.database.write() as db:
        entries = queries.exported(db, visit.actor, form.query(visit.academy.zone))
        service.note_export(db, visit.actor, rows=len(entries), reason=form.reason, now=visit.now)
    return CsvResponse("history", HEADING, (_line(entry) for entry in entries), visit.words)


def _refused(visit: RequestContext, values: Mapping[str, str], refused: Invalid) -> Response:
    with visit.database.read() as db:
        acts = _acts(visit, db, values)
    return _page(visit, values, acts, refused=refused)


def _acts(visit: RequestContext, db: Session, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the acts that can be chosen, by their words. Those on proofs of life support are offered where a
    course asks for one, and where one of them is chosen already."""
    asks = visit.app_context.subjects(db).asks_life_support
    offered = (
        (act, visit.words.of(sentence.label))
        for act, sentence in ACT_SENTENCES.items()
        if asks or not act.startswith(ON_LIFE_SUPPORT) or act == values.get("act")
    )
    return sorted(offered, key=lambda act: act[1])


def _page(
    visit: RequestContext,
    values: Mapping[str, str],
    acts: list[tuple[str, str]],
    *,
    page: HistoryPage | None = None,
    is_first: bool = True,
    refused: Invalid | None = None,
) -> Response:
    errors: dict[str, Message] = {}
    if refused is not None:
        errors = errors_of_filters(refused.fields, FIELDS)
    older = str(page.older) if page is not None and page.older is not None else ""
    return visit.render(
        "history/list.html",
        status=200 if refused is None else 422,
        page=page,
        values=values,
        errors=errors,
        kinds=[(kind.kind, visit.words.of(kind.label)) for kind in subject_kinds()],
        acts=acts,
        newest=None if is_first else address_with(values),
        older=address_with(values, before=older) if older else None,
        most=MOST_EXPORTED,
    )


def _line(entry: HistoryEntry) -> tuple[Cell, ...]:
    return (
        entry.at,
        entry.sentence,
        msg("{changes:clauses}", changes=entry.changes) if entry.changes else None,
        msg("{rules:lines}", rules=entry.passed_over) if entry.passed_over else None,
        entry.reason,
        entry.request_id,
    )
