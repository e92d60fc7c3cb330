"""The JSON route of the catalogue."""

from pydantic import BaseModel, ConfigDict

from app.courses import queries
from app.web.access import EVERYONE
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1/courses", tags=["courses"])


class CardShape(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    key: str
    title: str
    summary: str
    hours: int
    modules: int
    lessons: int
    practicals: int
    language: str
    """The tag of the language in which the course is written."""


class CatalogueShape(BaseModel):
    courses: list[CardShape]


@api.get("", name="api.courses.catalogue", access=EVERYONE, response_model=CatalogueShape)
def list_courses(visit: Visit) -> CatalogueShape:
    """Return every course that can be taken, by title."""
    with visit.database.read() as db:
        cards = queries.course_cards(db)
    return CatalogueShape(courses=[CardShape.model_validate(card) for card in cards])
