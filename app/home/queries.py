"""Home pages: what matters now for each role, read across features."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.courses import queries as courses


@dataclass(frozen=True, slots=True)
class CourseCard:
    key: str
    title: str
    summary: str
    hours: int


@dataclass(frozen=True, slots=True)
class VisitorPage:
    courses: tuple[CourseCard, ...]


def visitor_page(db: Session) -> VisitorPage:
    return VisitorPage(
        tuple(
            CourseCard(one.course.key, one.course.title, one.course.summary, one.course.hours)
            for one in courses.catalogue(db)
        )
    )
