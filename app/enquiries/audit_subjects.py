"""How the audit trail names enquiries: by the topic, because the name and the message are the sender's."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, String, cast
from sqlalchemy.orm import Session

from app.audit.subjects import SubjectKind, SubjectName, SubjectRow, subject_rows
from app.db.base import table_of
from app.enquiries.domain import Topic
from app.enquiries.models import Enquiry
from app.kit.messages import msg

_ENQUIRIES = table_of(Enquiry).c
_TOPICS: Final = {topic.value: topic.label for topic in Topic}


def _enquiries(ids: Collection[UUID]) -> Select[Any]:
    topic = cast(_ENQUIRIES.topic, String)
    return subject_rows("enquiry", _ENQUIRIES.id, title=topic).where(_ENQUIRIES.id.in_(ids))


def _name_of_enquiry(db: Session, row: SubjectRow) -> SubjectName:
    topic = row.title or ""
    return SubjectName(_TOPICS.get(topic, topic), f"/admin/enquiries/{row.id}")


ENQUIRIES_IN_TRAIL: Final = SubjectKind("enquiry", msg("Enquiries"), _enquiries, _name_of_enquiry)
