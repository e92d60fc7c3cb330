"""PDFs of assessing: the signed report, and blank checklists in case no screen works."""

from functools import partial
from typing import Any, Final

from fastapi import Response

from app.assessments import queries
from app.assessments.blank_sheets import BlankSheets, blank_sheets
from app.assessments.domain import OBSERVED, POINTS, WORDS, Mark, Outcome
from app.assessments.queries import Sheet
from app.assessments.reasons import pass_rule
from app.courses.domain.delivery import Checklist
from app.db.paging import PastTheEnd, page_number
from app.documents import papers
from app.kit.errors import NotFound
from app.kit.ids import AssessmentId, PracticalId
from app.kit.messages import Message, msg
from app.kit.words import Words
from app.practicals.domain.times import moment_message, span_message
from app.web.access import SIGNED_IN, STAFF, FreshProof
from app.web.dates import local_day
from app.web.pdf_response import PdfResponse
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()


@pages.get("/reports/{assessment_id}/report.pdf", name="assessments.report_pdf", access=SIGNED_IN)
def print_report(visit: Visit, assessment_id: AssessmentId) -> Response:
    with visit.database.read() as db:
        sheet = queries.report(db, visit.actor, assessment_id)
    assert sheet.signed_at is not None  # noqa: S101 - a report is a signed sheet
    values = _on_top(visit, sheet.zone) | _report(sheet, visit.words)
    values["signed"] = visit.words.of(moment_message(sheet.signed_at, sheet.zone))
    make = partial(papers.paper, "report", values, visit.words, at=sheet.signed_at)
    name = f"assessment-report-{local_day(sheet.starts_at, sheet.zone)}"
    return PdfResponse(visit.actor.user_id, make, name, language=visit.words.tag)


@pages.get(
    "/teach/practicals/{practical_id}/checklists.pdf",
    name="assessments.checklists",
    access=STAFF,
    proof=FreshProof(msg("take a list of people away"), is_file=True),
)
def print_checklists(visit: Visit, practical_id: PracticalId) -> Response:
    """Print one blank checklist for each person on a page of the roster, or one without a name if
    nobody is on it."""
    number = page_number(visit.request.query_params.get("page"))
    with visit.database.read() as db:
        try:
            blank = blank_sheets(db, visit.actor, practical_id, number=number)
        except PastTheEnd:  # the last part, printed instead of another, would pass for it
            raise NotFound from None
    day = blank.practical
    values = _on_top(visit, day.zone) | {
        "title": blank.checklist.title,
        "course_language": blank.course_language,
        "practical": day.title,
        "when": visit.words.of(span_message(day.starts_at, day.ends_at, day.zone)),
        "room": day.room,
        "rule": visit.words.of(_rule(blank.checklist)),
        "sections": _blank_sections(blank.checklist),
        "sheets": _sheets(visit, blank),
    }
    make = partial(papers.paper, "checklist", values, visit.words, at=visit.now)
    part = f"-{blank.number}-of-{blank.count}" if blank.count > 1 else ""
    name = f"checklists-{local_day(day.starts_at, day.zone)}{part}"
    return PdfResponse(visit.actor.user_id, make, name, language=visit.words.tag)


def _on_top(visit: RequestContext, zone: str) -> dict[str, Any]:
    return {
        "academy": visit.academy.name,
        "printed": visit.words.of(moment_message(visit.now, zone)),
    }


def _report(sheet: Sheet, words: Words) -> dict[str, Any]:
    result = sheet.result
    return {
        "title": sheet.checklist.title,
        "course": sheet.course_title,
        "course_language": sheet.course_language,
        "student": sheet.student_name,
        "instructor": sheet.instructor_name,
        "practical": sheet.practical_title,
        "when": words.of(moment_message(sheet.starts_at, sheet.zone)),
        "room": sheet.room,
        "try": sheet.number,
        "competent": result.outcome is Outcome.competent,
        "headline": words.of(result.headline),
        "why_not": [words.of(reason) for reason in result.why_not],
        "points": words.of(_points(sheet)),
        "comment": sheet.comment,
        "to_practise": [step.text for step in result.to_practise],
        "sections": [
            {
                "title": section.title,
                "steps": [
                    {
                        "number": view.number,
                        "text": view.step.text,
                        "critical": view.step.critical,
                        "unaided": view.step.unaided,
                        "mark": view.mark,
                        "words": words.of(WORDS[view.mark]) if view.mark else "",
                        "note": view.note,
                    }
                    for view in section.steps
                ],
            }
            for section in sheet.sections
        ],
    }


def _points(sheet: Sheet) -> Message:
    return msg(
        "{earned} of {possible} points. Competent needs: {rule:lines}",
        earned=sheet.result.earned,
        possible=sheet.result.possible,
        rule=pass_rule(sheet.checklist),
    )


POINTS_IN_WORDS: Final = {
    Mark.done: msg("done {points}", points=POINTS[Mark.done]),
    Mark.prompted: msg("with prompt {points}", points=POINTS[Mark.prompted]),
    Mark.not_done: msg("not done {points}", points=POINTS[Mark.not_done]),
}


def _rule(checklist: Checklist) -> Message:
    return msg(
        "Points: {marks:plain}. Competent needs: {rule:lines}",
        marks=tuple(POINTS_IN_WORDS[mark] for mark in OBSERVED),
        rule=pass_rule(checklist),
    )


def _blank_sections(checklist: Checklist) -> list[dict[str, Any]]:
    numbers = {step.key: number for number, step in enumerate(checklist.steps, start=1)}
    return [
        {
            "title": section.title,
            "steps": [
                {
                    "number": numbers[step.key],
                    "text": step.text,
                    "look_for": step.look_for,
                    "critical": step.critical,
                    "unaided": step.unaided,
                    "stop_if": step.critical_reason if step.critical else None,
                }
                for step in section.steps
            ],
        }
        for section in checklist.sections
    ]


def _sheets(visit: RequestContext, blank: BlankSheets) -> list[dict[str, Any]]:
    """Return one sheet per person, with a link to the same sheet on screen."""
    sheets: list[dict[str, Any]] = []
    for seat in blank.seats:
        path = visit.url(
            "assessments.start", practical_id=blank.practical.practical_id, seat_id=seat.seat_id
        )
        address = f"{visit.settings.base_url}{path}"
        sheets.append({"name": seat.name, "address": address, "qr": papers.qr_code(address)})
    return sheets or [{"name": None, "address": None, "qr": None}]
