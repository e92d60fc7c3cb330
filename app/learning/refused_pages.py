"""What is shown when something typed in a lesson could not be saved: the lesson with what was typed, or why
its module is locked."""

from collections.abc import Callable

from fastapi import Response

from app.kit.errors import Refused, TooMany
from app.learning.errors import ModuleLocked
from app.learning.lesson_reading import LessonPage, lesson_page
from app.web.errors import status_of
from app.web.forms import Submission
from app.web.request_context import RequestContext


def lesson_again(
    visit: RequestContext,
    course_key: str,
    lesson_key: str,
    submitted: Submission,
    refused: Refused,
    with_typed: Callable[[LessonPage, Submission, Refused], LessonPage],
) -> Response:
    """Show a lesson with what was typed, and why it is not saved; of a locked module only why it is locked.

    `with_typed` puts both into the field they belong to. Where it returns the page unchanged, because the
    lesson has no such field, the reason stands above the lesson.
    """
    if isinstance(refused, ModuleLocked):
        return visit.render("learning/locked.html", status=status_of(refused), page=refused)
    with visit.database.read() as db:
        page = lesson_page(db, visit.actor, course_key, lesson_key)
    shown = with_typed(page, submitted, refused)
    response = visit.render(
        "learning/lesson.html",
        status=status_of(refused),
        page=shown,
        notice=refused.detail if shown is page else None,
    )
    if isinstance(refused, TooMany):
        response.headers["retry-after"] = str(refused.retry_after)
    return response
