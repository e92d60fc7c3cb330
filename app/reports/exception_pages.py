"""Pages of exceptions at quizzes, for admins: the list, giving one, ending one, and who may need one."""

from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.audit.history import history_of
from app.courses import queries as courses
from app.db.paging import page_number
from app.enrolments import queries as enrolments
from app.kit.errors import NotFound, Refused
from app.kit.ids import ExceptionId, UserId
from app.kit.messages import Text, msg
from app.quizzes.domain.exceptions import terms_words
from app.reports import exception_list, exceptions
from app.reports.errors import ExceptionRefused
from app.reports.exception_effects import members_of
from app.reports.exception_forms import (
    ExceptionExportForm,
    ExceptionForm,
    ExceptionWishForm,
    address_of,
    hidden_fields,
    of_address,
    without_reason,
)
from app.reports.exception_list import ExceptionLine, ShownExceptions
from app.web.access import ADMIN, FreshProof
from app.web.csv_response import Cell, CsvResponse
from app.web.errors import status_of
from app.web.form_pages import errors_of
from app.web.forms import ButtonForm, Submission, Submitted, filter_value
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/exceptions")
LONGEST_SEARCH = 100
HEADING = (
    *(msg("For"), msg("Course"), msg("Quiz"), msg("What"), msg("Reason")),
    *(msg("Given"), msg("By"), msg("Ended"), msg("Ended by")),
)


@pages.get("", name="reports.exceptions", access=ADMIN)
def show_exceptions(visit: Visit) -> Response:
    query = visit.request.query_params
    refusal = msg("There is no such list of exceptions. Choose one of the lists.")
    shown = filter_value(query.get("show"), ShownExceptions, refusal) or ShownExceptions.live
    text = " ".join(query.get("q", "").split())[:LONGEST_SEARCH]
    with visit.database.read() as db:
        page = exception_list.exceptions_page(
            db, visit.actor, shown, text=text, number=page_number(query.get("page"))
        )

    def address(**changes: object) -> str:
        values = {"show": "" if shown is ShownExceptions.live else shown.value, "q": text}
        values |= {name: str(value) for name, value in changes.items()}
        return "?" + urlencode({name: value for name, value in values.items() if value})

    return visit.render(
        "reports/exceptions.html", page=page, shown=shown.value, text=text, address=address
    )


@pages.post(
    "/export",
    name="reports.export_exceptions",
    access=ADMIN,
    proof=FreshProof(msg("take a list of exceptions away")),
)
def export_exceptions(visit: Visit, submitted: Submitted) -> Response:
    """Send the current list as CSV. This is a POST because the audit trail records who exported it."""
    form = ExceptionExportForm.read(submitted)
    with visit.database.write() as db:
        lines = exception_list.all_exceptions(
            db, visit.actor, ShownExceptions(form.show), text=form.q
        )
        exceptions.note_export(db, visit.actor, rows=len(lines), now=visit.now)
    rows = (_csv_row(line) for line in lines)
    return CsvResponse("exceptions", HEADING, rows, visit.words)


@pages.get("/needs", name="reports.exception_needs", access=ADMIN)
def show_needs(visit: Visit) -> Response:
    """Show who has access needs and no exception of their own."""
    number = page_number(visit.request.query_params.get("page"))
    with visit.database.read() as db:
        page = exception_list.needs_page(db, visit.actor, number=number)
    return visit.render("reports/exception_needs.html", page=page)


@pages.get("/new", name="reports.new_exception", access=ADMIN)
def show_new(visit: Visit) -> Response:
    """Show the form, with what stands in the address; with `check` who would gain what by it."""
    sent = of_address(visit.request.query_params)
    if "check" in visit.request.query_params:
        return _preview(visit, sent)
    return _form(visit, sent)


@pages.post("", name="reports.give_exception", access=ADMIN)
def give_exception(visit: Visit, submitted: Submitted) -> Response:
    try:
        form = ExceptionForm.read(submitted)
        with visit.database.write() as db:

            def effect() -> str:
                exception_id = exceptions.give_exception(
                    db,
                    visit.actor,
                    form.wish(db, zone=visit.academy.zone),
                    reason=form.reason,
                    reason_is_told=form.tell is not None,
                    now=visit.now,
                )
                return visit.url("reports.exception", exception_id=exception_id)

            to = visit.once(db, submitted, effect)
    except Refused as refused:
        return _preview(visit, submitted, refused)
    return visit.redirect(to, flash=msg("It is given. Attempts that run now have it already."))


@pages.get("/{exception_id}", name="reports.exception", access=ADMIN)
def show_exception(visit: Visit, exception_id: ExceptionId) -> Response:
    return _exception(visit, exception_id)


@pages.post("/{exception_id}/end", name="reports.end_exception", access=ADMIN)
def end_exception(visit: Visit, exception_id: ExceptionId, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    try:
        with visit.database.write() as db:
            exceptions.end_exception(db, visit.actor, exception_id, now=visit.now)
    except ExceptionRefused as refused:
        return _exception(visit, exception_id, refused)
    to = visit.url("reports.exception", exception_id=exception_id)
    return visit.redirect(
        to, flash=msg("It has ended. Attempts that start from now on go without it.")
    )


def _exception(
    visit: RequestContext, exception_id: ExceptionId, refused: Refused | None = None
) -> Response:
    with visit.database.read() as db:
        line = exception_list.exception_line(db, visit.actor, exception_id)
        members = members_of(db, line.exception.audience)
        history = history_of(db, "exception", exception_id)
    return visit.render(
        "reports/exception.html",
        status=200 if refused is None else status_of(refused),
        line=line,
        members=members,
        history=history,
        change=address_of(line.exception, zone=visit.academy.zone),
        notice=refused.detail if refused else None,
    )


def _form(visit: RequestContext, sent: Submission, refused: Refused | None = None) -> Response:
    """Show the form for whom, at which quiz and what."""
    with visit.database.read() as db:
        at, whom = _quiz_options(db), _audience_options(db)
        person = _person_named(db, sent.get("whom"))
    if person is not None:
        whom = ((sent.get("whom"), person), *whom)
    return visit.render(
        "reports/exception_new.html",
        status=200 if refused is None else status_of(refused),
        at_options=at,
        whom_options=whom,
        person=person,
        values=sent.values,
        errors=errors_of(refused),
    )


def _preview(visit: RequestContext, sent: Submission, refused: Refused | None = None) -> Response:
    """Show who would gain what, with the form for the reason; or the form before with what does not fit."""
    wanted = without_reason(sent)
    try:
        form = ExceptionWishForm.read(wanted)
        with visit.database.read() as db:
            wish = form.wish(db, zone=visit.academy.zone)
            preview = exceptions.preview_exception(db, visit.actor, wish, now=visit.now)
            if preview.obstacle is not None:
                raise ExceptionRefused(preview.obstacle)
    except NotFound:
        raise
    except Refused as problem:
        return _form(visit, wanted, problem)
    return visit.render(
        "reports/exception_preview.html",
        status=200 if refused is None else status_of(refused),
        terms=msg("{terms:plain}", terms=terms_words(wish.terms)),
        effects=preview,
        hidden_fields=tuple(hidden_fields(wanted)),
        back="?" + urlencode(list(hidden_fields(wanted))),
        values=sent.values,
        errors=errors_of(refused),
    )


def _quiz_options(db: Session) -> tuple[tuple[str, Text], ...]:
    """Return every quiz of the published courses as choices, each course first as a whole."""
    options: list[tuple[str, Text]] = []
    for published in courses.catalogue(db):
        key, course = published.course_key, published.course
        options.append((f"{key}/", msg("Every quiz of {course}", course=course.title)))
        options += [
            (f"{key}/{quiz.key}", msg("{quiz}, {course}", quiz=quiz.title, course=course.title))
            for quiz in course.quizzes
        ]
    return tuple(options)


def _audience_options(db: Session) -> tuple[tuple[str, Text], ...]:
    """Return open groups and the intakes as choices."""
    groups = [
        (f"group:{group.id}", msg("Group {name}", name=group.name))
        for group in accounts.groups(db)
        if group.closed_at is None
    ]
    intakes = [
        (f"intake:{intake.intake_id}", msg("Intake {title}", title=intake.short_label))
        for intake in enrolments.intake_options(db)
    ]
    return (*groups, *intakes)


def _person_named(db: Session, whom: str) -> str | None:
    """Return the name of the person in an address, or None if it names none."""
    kind, _, typed = whom.partition(":")
    try:
        person_id = UserId(UUID(typed)) if kind == "person" else None
    except ValueError:
        return None
    return accounts.person(db, person_id).name if person_id else None


def _csv_row(line: ExceptionLine) -> tuple[Cell, ...]:
    return (
        line.audience,
        line.course,
        line.quiz,
        line.what,
        line.exception.reason or "",
        line.exception.given_at,
        line.given_by,
        line.exception.ended_at,
        line.ended_by,
    )
