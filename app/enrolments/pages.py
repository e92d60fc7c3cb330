"""The public page of a course with its intakes, requesting a place, and one's own places."""

from fastapi import Response

from app.enrolments import queries, service
from app.enrolments.domain import EnrolmentState
from app.enrolments.own_places import own_places
from app.enrolments.schema_org import course_document
from app.kit.errors import Conflict, Refused
from app.kit.ids import EnrolmentId, IntakeId
from app.kit.messages import Message, msg
from app.web.access import EVERYONE, STUDENT
from app.web.dates import local_day
from app.web.errors import status_of
from app.web.forms import ButtonForm, Submitted
from app.web.frame import Preview
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()


@pages.get("/courses/{course_key}", name="enrolments.course", access=EVERYONE)
def show_course(visit: Visit, course_key: str) -> Response:
    with visit.database.read() as db:
        page = queries.course_page(db, course_key, visit.maybe_actor, now=visit.now)
    course, settings = page.course, visit.settings
    if page.is_gone:
        return visit.render("enrolments/not_offered.html", status=404, page=page)
    preview = Preview(course.title, course.summary, f"/courses/{course.key}")
    return visit.render(
        "enrolments/course.html",
        preview=None if page.is_hidden else preview,
        page=page,
        structured_data=None
        if page.is_hidden
        else course_document(
            course,
            page.offers,
            language=page.language,
            academy=visit.academy,
            base_url=settings.base_url,
        ),
    )


@pages.get("/courses/{course_key}/reserve/{intake_id}", name="enrolments.reserve", access=EVERYONE)
def show_reserve(visit: Visit, course_key: str, intake_id: IntakeId) -> Response:
    return _reserve(visit, course_key, intake_id)


@pages.post("/courses/{course_key}/reserve/{intake_id}", name="enrolments.request", access=STUDENT)
def request_place(
    visit: Visit, course_key: str, intake_id: IntakeId, submitted: Submitted
) -> Response:
    said = msg("Your request is recorded.")
    try:
        ButtonForm.read(submitted)
        with visit.database.write() as db:

            def ask() -> str:
                nonlocal said
                outcome = service.request_place(
                    db, visit.actor, intake_id, course_key=course_key, now=visit.now
                )
                said = _said(outcome)
                return visit.url("enrolments.mine")

            to = visit.once(db, submitted, ask)
    except Conflict as refused:
        return _reserve(visit, course_key, intake_id, refused)
    return visit.redirect(to, flash=said)


@pages.get("/enrolments", name="enrolments.mine", access=STUDENT)
def show_own_places(visit: Visit) -> Response:
    return _own_places(visit)


@pages.post("/enrolments/{enrolment_id}/withdraw", name="enrolments.withdraw", access=STUDENT)
def withdraw(visit: Visit, enrolment_id: EnrolmentId, submitted: Submitted) -> Response:
    today = local_day(visit.now, visit.academy.zone)
    try:
        ButtonForm.read(submitted)
        with visit.database.write() as db:
            service.withdraw(db, visit.actor, enrolment_id, today=today, now=visit.now)
    except Conflict as refused:
        return _own_places(visit, refused)
    return visit.redirect(
        visit.url("enrolments.mine"),
        flash=msg("You have given it up. We have sent you a mail about it."),
    )


def _said(outcome: service.RequestOutcome) -> Message:
    if outcome.state is EnrolmentState.waiting:
        return msg(
            "You are number {position} on the waiting list. We write to you when a place becomes free.",
            position=outcome.position or 0,
        )
    return msg(
        "We have your request and keep a place for you. We write to you when it is confirmed."
    )


def _reserve(
    visit: RequestContext, course_key: str, intake_id: IntakeId, refused: Refused | None = None
) -> Response:
    with visit.database.read() as db:
        course, offer = queries.offer(db, course_key, intake_id, visit.maybe_actor, now=visit.now)
    return visit.render(
        "enrolments/reserve.html",
        status=status_of(refused) if refused else 200,
        course=course,
        page=offer,
        refused=refused.detail if refused else None,
    )


def _own_places(visit: RequestContext, refused: Refused | None = None) -> Response:
    today = local_day(visit.now, visit.academy.zone)
    with visit.database.read() as db:
        places = own_places(db, visit.actor.user_id, today=today, now=visit.now)
    return visit.render(
        "enrolments/mine.html",
        status=status_of(refused) if refused else 200,
        page=places,
        refused=refused.detail if refused else None,
    )
