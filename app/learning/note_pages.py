"""A student’s own notes: saved from a lesson, and all of a course on one page or in a file."""

from dataclasses import replace

from fastapi import Response

from app.db.paging import page_number
from app.kit.errors import Invalid, Refused, TooMany
from app.kit.messages import Message, msg
from app.kit.versions import Stale
from app.learning import note_reading, note_writing
from app.learning.errors import ModuleLocked
from app.learning.forms import NoteForm
from app.learning.lesson_reading import LessonPage
from app.learning.refused_pages import lesson_again
from app.web.access import STUDENT
from app.web.forms import Submission, Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()
CHANGED = msg(
    "You changed this note on another device after you opened this page, so it is not saved yet. What is on "
    "record stands below; saving again replaces it."
)


@pages.get("/learn/{course_key}/notes", name="learning.notes", access=STUDENT)
def show_notes(visit: Visit, course_key: str) -> Response:
    query = visit.request.query_params
    with visit.database.read() as db:
        page = note_reading.notes_page(
            db,
            visit.actor,
            course_key,
            query=query.get("q", ""),
            number=page_number(query.get("page")),
        )
    return visit.render("learning/notes.html", page=page)


@pages.get("/learn/{course_key}/notes.md", name="learning.notes_file", access=STUDENT)
def take_notes(visit: Visit, course_key: str) -> Response:
    with visit.database.read() as db:
        text = note_reading.notes_file(db, visit.actor, course_key)
    return Response(
        text,
        media_type="text/markdown; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="notes-{course_key}.md"'},
    )


@pages.post("/learn/{course_key}/lessons/{lesson_key}/note", name="learning.note", access=STUDENT)
def write_note(visit: Visit, course_key: str, lesson_key: str, submitted: Submitted) -> Response:
    """Save a note without a script, and go back to it."""
    try:
        form = NoteForm.read(submitted)
        with visit.database.write() as db:
            note_writing.write_note(
                db,
                visit.actor,
                course_key,
                lesson_key,
                form.section,
                words=form.note,
                version=form.version,
                now=visit.now,
            )
    except (ModuleLocked, Invalid, Stale, TooMany) as refused:
        return lesson_again(visit, course_key, lesson_key, submitted, refused, _with_refused)
    lesson = visit.url("learning.lesson", course_key=course_key, lesson_key=lesson_key)
    said = msg("Your note is saved.") if form.note else msg("Your note is taken away.")
    return visit.redirect(f"{lesson}#note-{form.section}", flash=said)


def _with_refused(page: LessonPage, submitted: Submission, refused: Refused) -> LessonPage:
    section = str(submitted.values.get("section", ""))
    if section not in page.text.anchors:
        return page
    on_record = page.note_in(section)
    is_stale = isinstance(refused, Stale)
    field = replace(
        on_record,
        words=str(submitted.values.get("note", "")),
        error=CHANGED if is_stale else _why(refused),
        recorded=on_record.words if is_stale else None,
    )
    return replace(page, refused_note=field)


def _why(refused: Refused) -> Message:
    return refused.fields.get("note", refused.detail)
