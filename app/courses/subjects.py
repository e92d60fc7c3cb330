"""The subjects of the courses, for features below."""

from sqlalchemy.orm import Session

from app.courses import queries
from app.kit.subjects import Subjects


def subjects(db: Session) -> Subjects:
    """Return what the current courses teach and ask for, in one statement once they are in memory."""
    courses = [published.course for published in queries.catalogue(db)]
    kinds = [kind for course in courses for kind in course.practicals]
    return Subjects(
        titles=tuple(course.title for course in courses),
        asks_life_support=any(kind.basic_life_support for kind in kinds),
    )
