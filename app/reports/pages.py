"""Pages of results, for admins and for the instructors of groups."""

from collections.abc import Iterator

from fastapi import Response

from app.db.paging import page_number
from app.kit.errors import NotFound
from app.kit.messages import Message, Text, msg
from app.reports import queries, service
from app.reports.forms import ResultsQueryForm, address_of, values_of
from app.reports.queries import QuizCell, QuizColumn, ResultRow
from app.reports.students import Order, ResultsQuery
from app.web.access import STAFF, FreshProof
from app.web.csv_response import CsvResponse
from app.web.dates import local_day
from app.web.forms import Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages(prefix="/results")


@pages.get("", name="reports.results", access=STAFF)
def show_results(visit: Visit) -> Response:
    form = ResultsQueryForm.of_address(visit.request.query_params)
    today = local_day(visit.now, visit.academy.zone)
    number = page_number(visit.request.query_params.get("page"))
    with visit.database.read() as db:
        try:
            course, choice = queries.choices(db, visit.actor, form.course, today=today)
        except NotFound:
            if form.course:
                raise
            return visit.render("reports/nothing.html")
        query = form.times_shown(course.key, choice)
        page = queries.results(db, visit.actor, course, query, number=number)

    def sorted_by(order: str) -> tuple[str, str | None]:
        """Return the address that sorts by a column, or reverses its order, and the current order.
        Numbers begin with the highest."""
        is_now = query.order is Order(order)
        down = not query.descending if is_now else order != "name"
        address = address_of(query, sort=f"{'-' if down else ''}{order}")
        return address, ("descending" if query.descending else "ascending") if is_now else None

    return visit.render(
        "reports/results.html",
        page=page,
        labels=tuple(visit.words.of(label) for label in page.labels),
        choice=choice,
        values=values_of(query),
        is_narrowed=_is_narrowed(query),
        page_address=lambda wanted: address_of(query, page=str(wanted)),
        sorted_by=sorted_by,
    )


@pages.post(
    "/export",
    name="reports.export",
    access=STAFF,
    proof=FreshProof(msg("take a list of results away")),
)
def export_results(visit: Visit, submitted: Submitted) -> Response:
    """Send the current list as CSV. This is a POST because the audit trail records who exported it."""
    form = ResultsQueryForm.read(submitted)
    today = local_day(visit.now, visit.academy.zone)
    with visit.database.write() as db:
        course, choice = queries.choices(db, visit.actor, form.course, today=today)
        query = form.times_shown(course.key, choice)
        columns, rows = queries.everybody(db, visit.actor, course, query)
        service.note_export(db, visit.actor, course.key, rows=len(rows), now=visit.now)
    heading = tuple(_heading(columns))
    lines = (tuple(_line(row)) for row in rows)
    return CsvResponse(f"results-{course.key}", heading, lines, visit.words)


@pages.get("/{course_key}/quizzes/{quiz_key}", name="reports.questions", access=STAFF)
def show_questions(visit: Visit, course_key: str, quiz_key: str) -> Response:
    """Show which questions students get wrong most often: counts only, no answers."""
    with visit.database.read() as db:
        page = queries.questions(db, visit.actor, course_key, quiz_key)
    return visit.render("reports/questions.html", page=page)


def _is_narrowed(query: ResultsQuery) -> bool:
    return bool(query.intake_id or query.group_id or query.only_unpassed or query.text)


def _heading(columns: tuple[QuizColumn, ...]) -> Iterator[Message]:
    yield from (msg("Name"), msg("E-mail"), msg("Passed"))
    for column in columns:
        yield msg("{quiz}: state", quiz=column.short)
        yield msg("{quiz}: best %", quiz=column.short)
        yield msg("{quiz}: attempts", quiz=column.short)


def _line(row: ResultRow) -> Iterator[Text]:
    yield from (row.name, row.email)
    yield msg("{passed} of {all}", passed=row.passed, all=len(row.cells))
    for cell in row.cells:
        yield from _words(cell)


def _words(cell: QuizCell) -> tuple[Text, str, str]:
    best = "" if cell.tries.best is None else str(cell.tries.best)
    return cell.state.label, best, str(cell.tries.attempts)
