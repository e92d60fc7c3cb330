"""Pages on which staff read what they teach. They change nothing and write no progress."""

from fastapi import Response

from app.db.paging import page_number
from app.kit.ids import PracticalId
from app.kit.messages import msg
from app.teaching import keyed_questions, queries, unclear_sections
from app.web.access import STAFF
from app.web.csv_response import CsvResponse
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()
REVISION = "/teach/courses/{course_key}/revisions/{number}"
UNCLEAR_HEADING = (
    msg("Revision"),
    msg("Lesson"),
    msg("Section"),
    msg("Answers"),
    msg("Not quite clear"),
    msg("Share in %"),
    msg("What was not clear"),
)


@pages.get("/teach/courses", name="teaching.courses", access=STAFF)
def show_courses(visit: Visit) -> Response:
    with visit.database.read() as db:
        taught = queries.taught_courses(db, visit.actor)
    return visit.render("teaching/courses.html", page=taught)


@pages.get(REVISION, name="teaching.revision", access=STAFF)
def show_revision(visit: Visit, course_key: str, number: int) -> Response:
    with visit.database.read() as db:
        reading = queries.reading_of(db, visit.actor, course_key, number)
    return visit.render("teaching/revision.html", page=reading)


@pages.get(f"{REVISION}/lessons/{{lesson_key}}", name="teaching.lesson", access=STAFF)
def show_lesson(visit: Visit, course_key: str, number: int, lesson_key: str) -> Response:
    with visit.database.read() as db:
        reading, page = queries.lesson_of(db, visit.actor, course_key, number, lesson_key)
        clarity = queries.clarity_of(db, visit.actor, reading, lesson_key)
    return visit.render(
        "teaching/lesson.html", page=page, reading=reading, clarity=clarity, notice=None
    )


@pages.get(f"{REVISION}/quizzes/{{quiz_key}}", name="teaching.quiz", access=STAFF)
def show_quiz(visit: Visit, course_key: str, number: int, quiz_key: str) -> Response:
    with visit.database.read() as db:
        page = keyed_questions.quiz_of(db, visit.actor, course_key, number, quiz_key)
    return visit.render("teaching/quiz.html", page=page)


@pages.get(f"{REVISION}/checklists/{{checklist_key}}", name="teaching.checklist", access=STAFF)
def show_checklist(visit: Visit, course_key: str, number: int, checklist_key: str) -> Response:
    with visit.database.read() as db:
        page = queries.checklist_of(db, visit.actor, course_key, number, checklist_key)
    return visit.render("teaching/checklist.html", page=page)


@pages.get(f"{REVISION}/glossary", name="teaching.glossary", access=STAFF)
def show_glossary(visit: Visit, course_key: str, number: int) -> Response:
    query = visit.request.query_params.get("q", "")
    with visit.database.read() as db:
        reading, page = queries.glossary_of(db, visit.actor, course_key, number, query=query)
    return visit.render("teaching/glossary.html", page=page, reading=reading)


@pages.get(f"{REVISION}/search", name="teaching.search", access=STAFF)
def search_revision(visit: Visit, course_key: str, number: int) -> Response:
    query = visit.request.query_params
    with visit.database.read() as db:
        reading, page = queries.search_of(
            db,
            visit.actor,
            course_key,
            number,
            query=query.get("q", ""),
            page=page_number(query.get("page")),
        )
    return visit.render("teaching/search.html", page=page, reading=reading)


@pages.get("/teach/courses/{course_key}/unclear", name="teaching.unclear", access=STAFF)
def show_unclear(visit: Visit, course_key: str) -> Response:
    number = page_number(visit.request.query_params.get("page"))
    with visit.database.read() as db:
        page = unclear_sections.unclear_page(db, visit.actor, course_key, number=number)
    return visit.render("teaching/unclear.html", page=page)


@pages.get("/teach/courses/{course_key}/unclear.csv", name="teaching.unclear_file", access=STAFF)
def take_unclear(visit: Visit, course_key: str) -> Response:
    """Send the list as CSV. It names nobody."""
    with visit.database.read() as db:
        sections = unclear_sections.every_unclear_section(db, visit.actor, course_key)
    rows = (
        (
            str(section.number),
            section.clarity.lesson_title,
            section.clarity.section_title,
            str(section.clarity.votes),
            str(section.clarity.unclear),
            str(section.clarity.percent),
            "\n".join(section.clarity.words),
        )
        for section in sections
    )
    return CsvResponse(f"unclear-{course_key}", UNCLEAR_HEADING, rows, visit.words)


@pages.get(
    "/teach/practicals/{practical_id}/checklist", name="teaching.checklist_of_day", access=STAFF
)
def find_checklist(visit: Visit, practical_id: PracticalId) -> Response:
    """Redirect to the checklist with which a practical day is assessed."""
    with visit.database.read() as db:
        address = queries.checklist_address(db, visit.actor, practical_id)
    return visit.redirect(address)
