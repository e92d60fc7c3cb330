"""JSON routes of “Was this clear?”, with the same use-case as the pages."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from app.learning import voting
from app.learning.clarity import LONGEST_WORDS, ClarityAnswer
from app.learning.lesson_reading import lesson_page
from app.learning.reading_positions import LONGEST_ANCHOR
from app.web.access import STUDENT
from app.web.json_body import JsonBody
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1/learn", tags=["learning"])


class VoteIn(JsonBody):
    """A vote on a section. `none` takes the caller’s vote back. `words` say what was not clear; without them
    those on record stay, and a section that was clear has none."""

    section: Annotated[str, Field(max_length=LONGEST_ANCHOR)]
    answer: ClarityAnswer
    words: (
        Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_WORDS)] | None
    ) = None


class VoteShape(BaseModel):
    section: str
    answer: ClarityAnswer
    words: str


class VotesShape(BaseModel):
    votes: list[VoteShape]


@api.get(
    "/{course_key}/lessons/{lesson_key}/clear",
    name="api.learning.votes",
    access=STUDENT,
    response_model=VotesShape,
)
def own_votes(visit: Visit, course_key: str, lesson_key: str) -> VotesShape:
    """The caller’s votes on the sections of a lesson, in its order."""
    return _votes(visit, course_key, lesson_key)


@api.put(
    "/{course_key}/lessons/{lesson_key}/clear",
    name="api.learning.vote",
    access=STUDENT,
    response_model=VotesShape,
)
def vote(visit: Visit, course_key: str, lesson_key: str, sent: VoteIn) -> VotesShape:
    """Record whether a section was clear to the caller. The answer is all their votes on the lesson."""
    with visit.database.write() as db:
        voting.vote_on_section(
            db,
            visit.actor,
            course_key,
            lesson_key,
            sent.section,
            answer=sent.answer,
            words=sent.words,
            now=visit.now,
        )
    return _votes(visit, course_key, lesson_key)


def _votes(visit: Visit, course_key: str, lesson_key: str) -> VotesShape:
    with visit.database.read() as db:
        page = lesson_page(db, visit.actor, course_key, lesson_key)
    votes = page.memory.votes if page.memory else {}
    return VotesShape(
        votes=[
            VoteShape(section=section, answer=votes[section].answer, words=votes[section].words)
            for section in page.text.anchors
            if section in votes
        ]
    )
