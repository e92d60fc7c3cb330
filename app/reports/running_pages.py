"""The page of attempts that are running now, and its list for spreadsheets."""

from urllib.parse import urlencode

from fastapi import Response

from app.db.paging import page_number
from app.kit.messages import msg
from app.quizzes.domain.transitions import AttemptState
from app.reports import service
from app.reports.forms import LONGEST_SEARCH, RunningExportForm
from app.reports.running_list import RunningLine, all_running, running_page
from app.web.access import STAFF, FreshProof
from app.web.csv_response import Cell, CsvResponse
from app.web.forms import Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages(prefix="/results")
HEADING = (
    *(msg("Student"), msg("Course"), msg("Quiz"), msg("Started"), msg("Ends"), msg("State")),
    msg("Minutes given back"),
)
TIME_IS_UP = msg("Time is up")
STATES = {AttemptState.in_progress: msg("In progress")}


@pages.get("/running", name="reports.running", access=STAFF)
def show_running(visit: Visit) -> Response:
    query = visit.request.query_params
    text = " ".join(query.get("q", "").split())[:LONGEST_SEARCH]
    with visit.database.read() as db:
        page = running_page(
            db, visit.actor, text=text, number=page_number(query.get("page")), now=visit.now
        )

    def address(**changes: object) -> str:
        values = {"q": text} | {name: str(value) for name, value in changes.items()}
        return "?" + urlencode({name: value for name, value in values.items() if value})

    return visit.render("reports/running.html", page=page, text=text, address=address)


@pages.post(
    "/running/export",
    name="reports.export_running",
    access=STAFF,
    proof=FreshProof(msg("take a list of attempts away")),
)
def export_running(visit: Visit, submitted: Submitted) -> Response:
    """Send the current list as CSV. This is a POST because the audit trail records who exported it."""
    form = RunningExportForm.read(submitted)
    with visit.database.write() as db:
        lines = all_running(db, visit.actor, text=" ".join(form.q.split()), now=visit.now)
        service.note_running_export(db, visit.actor, rows=len(lines), now=visit.now)
    return CsvResponse("running-attempts", HEADING, map(_csv_row, lines), visit.words)


def _csv_row(line: RunningLine) -> tuple[Cell, ...]:
    return (
        line.name,
        line.course_title,
        line.quiz_title,
        line.started_at,
        line.ends_at,
        STATES.get(line.state, TIME_IS_UP),
        str(line.given_back_minutes),
    )
