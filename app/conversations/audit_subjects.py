"""How the audit trail names conversations: by the lesson, because the words are private."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, String, cast
from sqlalchemy.orm import Session

from app.audit.subjects import SubjectKind, SubjectName, SubjectRow, subject_rows
from app.conversations.models import Conversation
from app.db.base import table_of
from app.kit.messages import msg

_CONVERSATIONS = table_of(Conversation).c


def _conversations(ids: Collection[UUID]) -> Select[Any]:
    title = cast(_CONVERSATIONS.lesson_title, String)
    return subject_rows("conversation", _CONVERSATIONS.id, title=title).where(
        _CONVERSATIONS.id.in_(ids)
    )


def _name_of_conversation(db: Session, row: SubjectRow) -> SubjectName:
    return SubjectName(
        msg("a question about “{lesson}”", lesson=row.title or ""),
        f"/teach/questions/{row.id}",
        msg("A question about “{lesson}”", lesson=row.title or ""),
    )


CONVERSATIONS_IN_TRAIL: Final = SubjectKind(
    "conversation", msg("Questions about lessons"), _conversations, _name_of_conversation
)
