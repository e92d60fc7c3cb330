"""How the audit trail names certificates."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.audit.subjects import SubjectKind, SubjectName, SubjectRow, subject_rows
from app.certificates.models import Certificate
from app.certificates.serials import grouped
from app.db.base import table_of
from app.kit.messages import msg

_CERTIFICATES = table_of(Certificate).c


def _certificates(ids: Collection[UUID]) -> Select[Any]:
    return subject_rows("certificate", _CERTIFICATES.id, title=_CERTIFICATES.serial).where(
        _CERTIFICATES.id.in_(ids)
    )


def _name_of_certificate(db: Session, row: SubjectRow) -> SubjectName:
    return SubjectName(grouped(row.title or ""), f"/admin/certificates/{row.id}")


CERTIFICATES_IN_TRAIL: Final = SubjectKind(
    "certificate", msg("Certificates"), _certificates, _name_of_certificate
)
