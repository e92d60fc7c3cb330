"""Highlights without a script: words are typed or copied into a field, and each can be removed. The script
sends the same form."""

from dataclasses import replace

from fastapi import Response

from app.kit.errors import Invalid, Refused, TooMany
from app.kit.ids import HighlightId
from app.kit.messages import msg
from app.learning import highlighting
from app.learning.errors import ModuleLocked
from app.learning.forms import HighlightForm
from app.learning.lesson_reading import LessonPage, QuoteField
from app.learning.refused_pages import lesson_again
from app.web.access import STUDENT
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()


@pages.post(
    "/learn/{course_key}/lessons/{lesson_key}/highlight", name="learning.highlight", access=STUDENT
)
def highlight(visit: Visit, course_key: str, lesson_key: str, submitted: Submitted) -> Response:
    try:
        form = HighlightForm.read(submitted)
        with visit.database.write() as db:
            new = highlighting.highlight(
                db,
                visit.actor,
                course_key,
                lesson_key,
                form.section,
                words=form.words,
                before=form.before,
                now=visit.now,
            )
    except (ModuleLocked, Invalid, TooMany) as refused:
        return lesson_again(visit, course_key, lesson_key, submitted, refused, _with_refused)
    lesson = visit.url("learning.lesson", course_key=course_key, lesson_key=lesson_key)
    return visit.redirect(f"{lesson}#{new.section}", flash=msg("Highlighted."))


@pages.post(
    "/learn/{course_key}/highlights/{highlight_id}/remove",
    name="learning.remove_highlight",
    access=STUDENT,
)
def remove(
    visit: Visit, course_key: str, highlight_id: HighlightId, submitted: Submitted
) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        highlighting.remove_highlight(db, visit.actor, course_key, highlight_id)
    to = visit.url("learning.notes", course_key=course_key)
    return visit.redirect(to, flash=msg("The highlight is removed."))


def _with_refused(page: LessonPage, submitted: Submission, refused: Refused) -> LessonPage:
    error = refused.fields.get("words", refused.detail)
    field = QuoteField(str(submitted.values.get("words", "")), error)
    return replace(page, refused_quote=field)
