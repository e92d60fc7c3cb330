"""How the audit trail names intakes and places on them."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.audit.subjects import SubjectKind, SubjectName, SubjectRow, subject_rows
from app.db.base import table_of
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.messages import msg

_INTAKES, _PLACES = table_of(IntakeRow).c, table_of(Enrolment).c


def _intakes(ids: Collection[UUID]) -> Select[Any]:
    return subject_rows("intake", _INTAKES.id, title=_INTAKES.title).where(_INTAKES.id.in_(ids))


def _name_of_intake(db: Session, row: SubjectRow) -> SubjectName:
    return SubjectName(row.title or "", f"/admin/intakes/{row.id}")


def _places_of(intake_id: UUID) -> Mapping[str, Select[Any]]:
    return {"enrolment": select(_PLACES.id).where(_PLACES.intake_id == intake_id)}


def _places(ids: Collection[UUID]) -> Select[Any]:
    return (
        subject_rows("enrolment", _PLACES.id, title=_INTAKES.title)
        .join_from(table_of(Enrolment), table_of(IntakeRow))
        .where(_PLACES.id.in_(ids))
    )


def _name_of_place(db: Session, row: SubjectRow) -> SubjectName:
    return SubjectName(row.title or "", f"/admin/enrolments/{row.id}")


INTAKES_IN_TRAIL: Final = SubjectKind(
    "intake", msg("Intakes"), _intakes, _name_of_intake, _places_of
)
PLACES_IN_TRAIL: Final = SubjectKind(
    "enrolment",
    msg("Places on courses"),
    _places,
    _name_of_place,
    link_of=lambda person: msg("The place of {person}", person=person),
)
