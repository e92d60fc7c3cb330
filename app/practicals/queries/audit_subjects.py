"""How the audit trail names practical days and seats on them."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.audit.subjects import GONE, SubjectKind, SubjectName, SubjectRow, subject_rows
from app.db.base import table_of
from app.kit.messages import msg
from app.practicals.models import PracticalRow, Seat

_DAYS, _SEATS = table_of(PracticalRow).c, table_of(Seat).c


def _days(ids: Collection[UUID]) -> Select[Any]:
    return subject_rows(
        "practical",
        _DAYS.id,
        title=_DAYS.title,
        at=_DAYS.starts_at,
        zone=_DAYS.zone,
        related_id=_DAYS.id,
    ).where(_DAYS.id.in_(ids))


def _seats(ids: Collection[UUID]) -> Select[Any]:
    return (
        subject_rows(
            "seat",
            _SEATS.id,
            title=_DAYS.title,
            at=_DAYS.starts_at,
            zone=_DAYS.zone,
            related_id=_DAYS.id,
        )
        .join_from(table_of(Seat), table_of(PracticalRow))
        .where(_SEATS.id.in_(ids))
    )


def _name_of_day(db: Session, row: SubjectRow) -> SubjectName:
    if row.at is None or row.zone is None or row.title is None:
        return SubjectName(GONE)
    local = row.at.astimezone(ZoneInfo(row.zone))
    day = msg("{title}, {day:date}", title=row.title, day=local)
    return SubjectName(day, f"/admin/practicals/{row.related_id}")


def _seats_of(practical_id: UUID) -> Mapping[str, Select[Any]]:
    return {"seat": select(_SEATS.id).where(_SEATS.practical_id == practical_id)}


DAYS_IN_TRAIL: Final = SubjectKind(
    "practical", msg("Practical days"), _days, _name_of_day, _seats_of
)
SEATS_IN_TRAIL: Final = SubjectKind("seat", msg("Places on days"), _seats, _name_of_day)
