"""The same search as JSON, for the tools of staff."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from app.kit.words import Words
from app.search.domain import LONGEST_SEARCH, Findable, SearchGroup, SearchRow
from app.search.queries import search
from app.web.access import STAFF
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1", tags=["search"])


class SearchRowOut(BaseModel):
    id: UUID
    title: str
    details: list[str]
    """What tells it from others with the same title, in the language of the request."""
    state: str | None
    """A state that is not the usual one, in the language of the request."""
    is_exact: bool
    """Whether the text is its e-mail address or its number."""
    path: str
    """Its page on this site."""


class SearchGroupOut(BaseModel):
    kind: Findable
    total: int
    rows: list[SearchRowOut]
    """The first eight."""


class SearchOut(BaseModel):
    groups: list[SearchGroupOut]
    """The kinds that have hits: those with an exact one first."""


@api.get("/search", name="api.search.search", access=STAFF, response_model=SearchOut)
def find(*, visit: Visit, q: Annotated[str, Query(max_length=LONGEST_SEARCH)]) -> SearchOut:
    """Find people, practicals, intakes, certificates and enquiries by names, titles, rooms, addresses and
    numbers. Instructors find the practicals that they teach, and the people of these and of their groups.

    Accents, case, apostrophes, hyphens and the order of the words make no difference. A text without a
    letter or a number finds nothing.
    """
    with visit.database.read() as db:
        results = search(
            db, visit.actor, q, visit.keys.signing, zone=visit.academy.zone, now=visit.now
        )
    return SearchOut(groups=[_group_out(group, visit.words) for group in results.groups])


def _group_out(group: SearchGroup, words: Words) -> SearchGroupOut:
    return SearchGroupOut(
        kind=group.kind,
        total=group.total,
        rows=[_row_out(row, words) for row in group.rows],
    )


def _row_out(row: SearchRow, words: Words) -> SearchRowOut:
    return SearchRowOut(
        id=row.id,
        title=words.of(row.title),
        details=[words.of(detail) for detail in row.details],
        state=words.of(row.state.label) if row.state else None,
        is_exact=row.is_exact,
        path=row.path,
    )
