"""Pages of a student's courses: map, lessons, glossary and search. Opening a lesson never marks it
as done; only the form at its end does."""

from fastapi import Response

from app.db.paging import page_number
from app.kit.messages import msg, sentences
from app.learning import queries, search, service
from app.learning.domain import StepKind
from app.learning.errors import LessonStaysDone, ModuleLocked
from app.learning.forms import SectionForm
from app.learning.lesson_reading import lesson_page
from app.learning.plan_reading import plan_glance
from app.learning.way_reading import way_on, ways_on
from app.web.access import STUDENT
from app.web.dates import local_day
from app.web.errors import status_of
from app.web.forms import ButtonForm, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()


@pages.get("/learn", name="learning.courses", access=STUDENT)
def show_courses(visit: Visit) -> Response:
    with visit.database.read() as db:
        standings = queries.standings_of(db, visit.actor.user_id)
        ways = ways_on(db, visit.actor.user_id, standings) if standings else {}
    courses = queries.progress_on(standings)
    return visit.render("learning/courses.html", page=courses, ways=ways)


@pages.get("/learn/{course_key}", name="learning.map", access=STUDENT)
def show_map(visit: Visit, course_key: str) -> Response:
    with visit.database.read() as db:
        standing = queries.standing_on(db, visit.actor, course_key)
        way = way_on(db, standing)
    plan = plan_glance(standing, local_day(visit.now, visit.academy.zone))
    return visit.render("learning/map.html", page=queries.map_of(standing), way=way, plan=plan)


@pages.get("/learn/{course_key}/continue", name="learning.continue", access=STUDENT)
def go_on(visit: Visit, course_key: str) -> Response:
    """Redirect to the section at which the person stopped in the first lesson not done, else to the next
    quiz, else to the map."""
    with visit.database.read() as db:
        step = queries.course_map(db, visit.actor, course_key).progress.step
        if step is not None and step.kind is StepKind.lesson:
            page = lesson_page(db, visit.actor, course_key, step.key)
            return visit.redirect(page.goes_on_at)
    if step is None:
        return visit.redirect(visit.url("learning.map", course_key=course_key))
    return visit.redirect(f"/learn/{course_key}/quizzes/{step.key}")


@pages.get("/learn/{course_key}/glossary", name="learning.glossary", access=STUDENT)
def show_glossary(visit: Visit, course_key: str) -> Response:
    query = visit.request.query_params.get("q", "")
    with visit.database.read() as db:
        page = search.glossary_page(db, visit.actor, course_key, query=query)
    return visit.render("learning/glossary.html", page=page)


@pages.get("/learn/{course_key}/search", name="learning.search", access=STUDENT)
def search_course(visit: Visit, course_key: str) -> Response:
    query = visit.request.query_params
    number = page_number(query.get("page"))
    with visit.database.read() as db:
        page = search.search_page(
            db, visit.actor, course_key, query=query.get("q", ""), number=number
        )
    return visit.render("learning/search.html", page=page)


@pages.get("/learn/{course_key}/lessons/{lesson_key}", name="learning.lesson", access=STUDENT)
def show_lesson(visit: Visit, course_key: str, lesson_key: str) -> Response:
    try:
        with visit.database.read() as db:
            page = lesson_page(db, visit.actor, course_key, lesson_key)
    except ModuleLocked as refused:
        return _show_lock(visit, refused)
    return visit.render("learning/lesson.html", page=page, notice=None)


@pages.post("/learn/{course_key}/lessons/{lesson_key}/done", name="learning.done", access=STUDENT)
def mark_done(visit: Visit, course_key: str, lesson_key: str, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    try:
        with visit.database.write() as db:
            opened = service.mark_lesson_done(
                db, visit.actor, course_key, lesson_key, now=visit.now
            )
            page = lesson_page(db, visit.actor, course_key, lesson_key)
    except ModuleLocked as refused:
        return _show_lock(visit, refused)
    said = msg("“{title}” is marked as done.", title=page.lesson.title)
    return visit.redirect(page.leads_to, flash=sentences(said, *opened))


@pages.post(
    "/learn/{course_key}/lessons/{lesson_key}/not-done", name="learning.not_done", access=STUDENT
)
def mark_not_done(visit: Visit, course_key: str, lesson_key: str, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    try:
        with visit.database.write() as db:
            service.mark_lesson_not_done(db, visit.actor, course_key, lesson_key)
    except ModuleLocked as refused:
        return _show_lock(visit, refused)
    except LessonStaysDone as refused:
        with visit.database.read() as db:
            page = lesson_page(db, visit.actor, course_key, lesson_key)
        return visit.render(
            "learning/lesson.html", status=status_of(refused), page=page, notice=refused.detail
        )
    to = visit.url("learning.lesson", course_key=course_key, lesson_key=lesson_key)
    return visit.redirect(to, flash=msg("This lesson is marked as not done."))


@pages.post(
    "/learn/{course_key}/lessons/{lesson_key}/section", name="learning.section", access=STUDENT
)
def mark_section_read(
    visit: Visit, course_key: str, lesson_key: str, submitted: Submitted
) -> Response:
    """Mark a section as read without a script, and go on at the next one."""
    section = SectionForm.read(submitted).section
    try:
        with visit.database.write() as db:
            goes_on_at = service.mark_section_read(
                db, visit.actor, course_key, lesson_key, section, now=visit.now
            )
    except ModuleLocked as refused:
        return _show_lock(visit, refused)
    lesson = visit.url("learning.lesson", course_key=course_key, lesson_key=lesson_key)
    return visit.redirect(f"{lesson}#{goes_on_at}")


def _show_lock(visit: RequestContext, refused: ModuleLocked) -> Response:
    return visit.render("learning/locked.html", status=status_of(refused), page=refused)
