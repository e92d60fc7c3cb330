"""Reads how far a person is on the way to the certificate of each of their courses."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, Uuid, bindparam, select
from sqlalchemy.orm import Session

from app.assessments.queries.competence import competent_on_seats
from app.certificates.domain import (
    AttendedPractical,
    CertificateFacts,
    CompetentAssessment,
    requirements,
)
from app.courses import queries as courses
from app.db.prepared import Prepared
from app.kit.ids import UserId
from app.learning.queries import LearningState
from app.learning.way import Way, way_of
from app.practicals.domain.seats import Attendance
from app.practicals.queries.summaries import IS_EXPECTED, PRACTICAL, PRACTICALS, SEAT


def _days_of_one() -> Select[*tuple[Any, ...]]:
    person = bindparam("user_id", type_=Uuid())
    competent = competent_on_seats(person).subquery()
    return (
        select(
            SEAT.id.label("seat_id"),
            PRACTICAL.course_key,
            PRACTICAL.kind_key,
            PRACTICAL.revision_id,
            PRACTICAL.starts_at,
            PRACTICAL.zone,
            competent.c.id.label("assessment_id"),
            competent.c.checklist_key,
            competent.c.instructor_id,
            competent.c.signed_at,
        )
        .join_from(SEAT.id.table, PRACTICALS, PRACTICAL.id == SEAT.practical_id)
        .outerjoin(competent, competent.c.seat_id == SEAT.id)
        .where(SEAT.user_id == person, IS_EXPECTED, SEAT.attendance == Attendance.attended)
        .order_by(PRACTICAL.starts_at, SEAT.id, competent.c.signed_at)
    )


DAYS_OF_ONE = Prepared(_days_of_one())
"""The practical days that a person attended, oldest first, beside each competent assessment on them."""


def ways_of(db: Session, user_id: UserId, standings: Mapping[str, LearningState]) -> dict[str, Way]:
    """Return the way on each of these courses, on which the person holds a confirmed place, in one statement
    while the courses are in memory. Callers check permissions."""
    rows = DAYS_OF_ONE.all(db, user_id=user_id)
    return {
        key: _way(db, standing, [row for row in rows if row.course_key == key])
        for key, standing in standings.items()
    }


def _way(db: Session, standing: LearningState, rows: list[Any]) -> Way:
    published = standing.published
    facts = CertificateFacts(
        course=published.course,
        revision_id=published.revision_id,
        revision_number=published.number,
        enrolment_id=standing.place.enrolment_id,
        done=standing.done,
        attended=tuple(_attended(db, row) for row in rows),
        competent=tuple(
            CompetentAssessment(
                row.assessment_id,
                row.seat_id,
                row.checklist_key,
                row.signed_at,
                "",
                row.instructor_id,
            )
            for row in rows
            if row.assessment_id is not None
        ),
    )
    return way_of(published.course, standing.done, requirements(facts))


def _attended(db: Session, row: Any) -> AttendedPractical:
    published = courses.readable(db, row.revision_id)
    kind = published.course.practical(row.kind_key) if published else None
    return AttendedPractical(
        row.seat_id,
        row.kind_key,
        row.starts_at,
        row.zone,
        checklist=kind.checklist if kind else "",
        replaces=kind.replaces if kind else (),
    )
