"""JSON routes of a student’s own highlights, with the same use-cases as the pages."""

from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, Field

from app.kit.ids import HighlightId
from app.learning import highlighting
from app.learning.highlights import LONGEST_QUOTE, Highlight
from app.learning.lesson_reading import lesson_page
from app.learning.reading_positions import LONGEST_ANCHOR
from app.web.access import STUDENT
from app.web.json_body import JsonBody
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1/learn", tags=["learning"])


class HighlightIn(JsonBody):
    """Words to highlight. Without a section it is the first that has them; `before` says what stands before
    them, if the section has them more than once."""

    words: Annotated[str, Field(max_length=4 * LONGEST_QUOTE)]
    section: Annotated[str, Field(max_length=LONGEST_ANCHOR)] = ""
    before: Annotated[str, Field(max_length=LONGEST_QUOTE)] = ""


class HighlightOut(BaseModel):
    highlight_id: HighlightId
    section: str
    words: str
    occurrence: int
    marked_at: datetime


class HighlightsShape(BaseModel):
    highlights: list[HighlightOut]


@api.get(
    "/{course_key}/lessons/{lesson_key}/highlights",
    name="api.learning.highlights",
    access=STUDENT,
    response_model=HighlightsShape,
)
def own_highlights(visit: Visit, course_key: str, lesson_key: str) -> HighlightsShape:
    """The caller’s highlights in a lesson."""
    with visit.database.read() as db:
        page = lesson_page(db, visit.actor, course_key, lesson_key)
    by_section = page.memory.highlights if page.memory else {}
    return HighlightsShape(
        highlights=[_out(each) for section in by_section.values() for each in section]
    )


@api.post(
    "/{course_key}/lessons/{lesson_key}/highlights",
    name="api.learning.highlight",
    access=STUDENT,
    response_model=HighlightOut,
)
def highlight(visit: Visit, course_key: str, lesson_key: str, sent: HighlightIn) -> HighlightOut:
    """Highlight words of a lesson for the caller. Highlights that they overlap become one with them."""
    with visit.database.write() as db:
        new = highlighting.highlight(
            db,
            visit.actor,
            course_key,
            lesson_key,
            sent.section,
            words=sent.words,
            before=sent.before,
            now=visit.now,
        )
    return _out(new)


@api.delete(
    "/{course_key}/highlights/{highlight_id}",
    name="api.learning.remove_highlight",
    access=STUDENT,
    status_code=204,
)
def remove_highlight(visit: Visit, course_key: str, highlight_id: HighlightId) -> Response:
    """Remove a highlight of the caller."""
    with visit.database.write() as db:
        highlighting.remove_highlight(db, visit.actor, course_key, highlight_id)
    return Response(status_code=204)


def _out(highlight: Highlight) -> HighlightOut:
    return HighlightOut(
        highlight_id=highlight.highlight_id,
        section=highlight.section,
        words=highlight.passage.quote,
        occurrence=highlight.passage.occurrence,
        marked_at=highlight.marked_at,
    )
