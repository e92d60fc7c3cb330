"""Pages of assessing: confirming the person, the sheet beside the bed, the signature, the report."""

from collections.abc import Mapping

from fastapi import Response

from app.assessments import queries, service
from app.assessments.domain import WORDS
from app.assessments.errors import (
    ChangedBeforeSigning,
    MarkRefused,
    SignRefused,
    StaleComment,
    StaleMark,
)
from app.assessments.forms import CommentForm, MarkForm, SignForm, StartForm
from app.enrolments.certificate_reading import has_certificate_of
from app.kit.errors import Invalid
from app.kit.ids import AssessmentId, PracticalId, SeatId
from app.kit.messages import Message, msg
from app.practicals import queries as practicals
from app.web.access import INSTRUCTOR, SIGNED_IN
from app.web.errors import status_of
from app.web.forms import Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()
START = "/teach/practicals/{practical_id}/students/{seat_id}/assess"


@pages.get(START, name="assessments.start", access=INSTRUCTOR)
def show_start(visit: Visit, practical_id: PracticalId, seat_id: SeatId) -> Response:
    with visit.database.read() as db:
        page = queries.start_page(db, visit.actor, practical_id, seat_id)
    return visit.render("assessments/start.html", page=page)


@pages.post(START, name="assessments.begin", access=INSTRUCTOR)
def begin(
    visit: Visit, practical_id: PracticalId, seat_id: SeatId, submitted: Submitted
) -> Response:
    StartForm.read(submitted)
    with visit.database.write() as db:
        to = visit.once(
            db,
            submitted,
            lambda: visit.url(
                "assessments.sheet",
                assessment_id=service.start_assessment(
                    db, visit.actor, practical_id, seat_id, now=visit.now
                ),
            ),
        )
    return visit.redirect(to)


@pages.get("/assessments/{assessment_id}", name="assessments.sheet", access=INSTRUCTOR)
def show_sheet(visit: Visit, assessment_id: AssessmentId) -> Response:
    page = _sheet(visit, assessment_id)
    if page.signed_at is not None:
        return visit.redirect(visit.url("assessments.report", assessment_id=assessment_id))
    return visit.render("assessments/sheet.html", page=page, errors={}, typed={})


@pages.post(
    "/assessments/{assessment_id}/steps/{step_key}", name="assessments.mark", access=INSTRUCTOR
)
def mark_step(
    visit: Visit, assessment_id: AssessmentId, step_key: str, submitted: Submitted
) -> Response:
    try:
        form = MarkForm.read(submitted)
    except Invalid as refused:
        errors = {f"{name}-{step_key}": words for name, words in refused.fields.items()}
        typed = {f"note-{step_key}": submitted.values.get("note", "")}
        return _sheet_again(visit, assessment_id, errors, typed)
    try:
        with visit.database.write() as db:
            service.mark_step(
                db,
                visit.actor,
                assessment_id,
                step_key,
                form.mark,
                form.note,
                expected_revision=form.expected_revision,
                now=visit.now,
            )
    except MarkRefused as refused:
        typed = {f"note-{step_key}": form.note}
        return _sheet_again(visit, assessment_id, {f"mark-{step_key}": refused.detail}, typed, 409)
    except StaleMark as stale:
        page = _sheet(visit, assessment_id)
        return visit.render(
            "assessments/stale_mark.html",
            status=status_of(stale),
            page=page,
            stale=stale,
            words=WORDS,
        )
    return visit.redirect(f"{_sheet_url(visit, assessment_id)}#step-{step_key}")


@pages.post("/assessments/{assessment_id}/comment", name="assessments.comment", access=INSTRUCTOR)
def save_comment(visit: Visit, assessment_id: AssessmentId, submitted: Submitted) -> Response:
    try:
        form = CommentForm.read(submitted)
    except Invalid as refused:
        return _sheet_again(visit, assessment_id, refused.fields, submitted.values)
    try:
        with visit.database.write() as db:
            service.save_comment(
                db,
                visit.actor,
                assessment_id,
                form.comment,
                expected_revision=form.expected_revision,
                now=visit.now,
            )
    except StaleComment as stale:
        page = _sheet(visit, assessment_id)
        return visit.render(
            "assessments/stale_comment.html", status=status_of(stale), page=page, stale=stale
        )
    return visit.redirect(
        f"{_sheet_url(visit, assessment_id)}#comment", flash=msg("Comment saved.")
    )


@pages.get("/assessments/{assessment_id}/sign", name="assessments.sign", access=INSTRUCTOR)
def show_sign(visit: Visit, assessment_id: AssessmentId) -> Response:
    page = _sheet(visit, assessment_id)
    if page.signed_at is not None:
        return visit.redirect(visit.url("assessments.report", assessment_id=assessment_id))
    return visit.render("assessments/sign.html", page=page, errors={}, words=WORDS)


@pages.post("/assessments/{assessment_id}/sign", name="assessments.signed", access=INSTRUCTOR)
def sign(visit: Visit, assessment_id: AssessmentId, submitted: Submitted) -> Response:
    try:
        form = SignForm.read(submitted)
        with visit.database.write() as db:
            service.sign_assessment(
                db,
                visit.actor,
                assessment_id,
                expected_version=form.expected_version,
                now=visit.now,
            )
    except (Invalid, SignRefused, ChangedBeforeSigning) as refused:
        page = _sheet(visit, assessment_id)
        errors = refused.fields or {"form": refused.detail}
        return visit.render(
            "assessments/sign.html",
            status=status_of(refused),
            page=page,
            errors=errors,
            words=WORDS,
        )
    return visit.redirect(
        visit.url("assessments.report", assessment_id=assessment_id),
        flash=msg("Signed. The student can read the report now."),
    )


@pages.get("/reports/{assessment_id}", name="assessments.report", access=SIGNED_IN)
def show_report(visit: Visit, assessment_id: AssessmentId) -> Response:
    with visit.database.read() as db:
        page = queries.report(db, visit.actor, assessment_id)
        teaches_it = visit.actor.is_instructor and practicals.is_instructor_of(
            db, visit.actor, page.practical_id
        )
        following = queries.next_person(db, page.practical_id, page.seat_id) if teaches_it else None
        has_certificate = not visit.actor.is_staff and has_certificate_of(
            db, page.student_id, page.course_key
        )
    return visit.render(
        "assessments/report.html",
        page=page,
        words=WORDS,
        sees_roster=teaches_it or visit.actor.is_admin,
        following=following,
        has_certificate=has_certificate,
    )


def _sheet_url(visit: Visit, assessment_id: AssessmentId) -> str:
    return visit.url("assessments.sheet", assessment_id=assessment_id)


def _sheet(visit: Visit, assessment_id: AssessmentId) -> queries.Sheet:
    with visit.database.read() as db:
        return queries.bedside_sheet(db, visit.actor, assessment_id)


def _sheet_again(
    visit: Visit,
    assessment_id: AssessmentId,
    errors: Mapping[str, Message],
    typed: Mapping[str, object],
    status: int = 422,
) -> Response:
    page = _sheet(visit, assessment_id)
    return visit.render(
        "assessments/sheet.html", status=status, page=page, errors=errors, typed=typed
    )
