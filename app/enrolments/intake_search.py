"""Finds intakes by their titles and the titles of their courses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.db.base import table_of
from app.db.paging import Page
from app.enrolments import policy
from app.enrolments.domain import IntakeStatus
from app.enrolments.models import IntakeRow
from app.kit.actor import Actor, require
from app.kit.ids import IntakeId
from app.kit.name_search import search_text, search_words

INTAKE = table_of(IntakeRow).c


@dataclass(frozen=True, slots=True)
class IntakeMatch:
    intake_id: IntakeId
    title: str
    course_title: str
    starts_on: date
    status: IntakeStatus
    taken: int
    places: int


def find_intakes(
    db: Session, actor: Actor, *, text: str, today: date, most: int
) -> Page[IntakeMatch]:
    """Return the first intakes that have every word of the text in their title or in that of their course,
    in two statements: those that start from today on, the next one first, then those before, the newest
    first."""
    require(policy.may_manage_intakes(actor))
    titles = {entry.course_key: entry.course.title for entry in courses.catalogue(db)}
    words = search_words(text)
    has_begun = INTAKE.starts_on < today
    rows = db.execute(
        select(
            *(INTAKE.id, INTAKE.course_key, INTAKE.title, INTAKE.starts_on),
            *(INTAKE.status, INTAKE.taken, INTAKE.places, func.count().over().label("total")),
        )
        .where(and_(*(_holds(word, titles) for word in words)) if words else false())
        .order_by(
            has_begun,
            case((~has_begun, INTAKE.starts_on)),
            INTAKE.starts_on.desc(),
            INTAKE.id,
        )
        .limit(most)
    ).all()
    return Page(_matches(rows, titles), 1, rows[0].total if rows else 0, most)


def _holds(word: str, titles: dict[str, str]) -> ColumnElement[bool]:
    """Return the condition that an intake or its course has a word in its title."""
    with_word = [key for key, title in titles.items() if word in search_text(title)]
    return or_(INTAKE.search_text.like(f"%{word}%"), INTAKE.course_key.in_(with_word))


def _matches(rows: Sequence[Any], titles: dict[str, str]) -> tuple[IntakeMatch, ...]:
    return tuple(
        IntakeMatch(
            row.id,
            row.title,
            titles.get(row.course_key, row.course_key),
            row.starts_on,
            row.status,
            row.taken,
            row.places,
        )
        for row in rows
    )
