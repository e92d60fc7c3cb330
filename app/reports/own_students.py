"""Which students an instructor looks after: those of their groups, and those who have a place on one of their
practicals that is not over. Admins look after everybody."""

from datetime import datetime

from sqlalchemy import Uuid, bindparam, or_, select
from sqlalchemy.orm import Session

from app.db.base import UtcDateTime
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import UserId
from app.practicals.queries.coming_days import is_on_day_of
from app.reports import policy
from app.reports.students import OWN_STUDENTS, VIEWER

STUDENT, NOW = bindparam("student", type_=Uuid()), bindparam("now", type_=UtcDateTime())
LOOKED_AFTER = select(or_(STUDENT.in_(OWN_STUDENTS), is_on_day_of(STUDENT, VIEWER, NOW)))


def looks_after(db: Session, actor: Actor, student_id: UserId, *, now: datetime) -> bool:
    """Return whether an instructor looks after this student. Not read for admins, who need not."""
    if actor.is_admin or not actor.is_instructor:
        return False
    values = {"student": student_id, "viewer": actor.user_id, "now": now}
    return bool(db.scalar(LOOKED_AFTER, values))


def demand_student(db: Session, actor: Actor, student_id: UserId, *, now: datetime) -> None:
    """Raise NotFound unless the actor may see this student."""
    is_theirs = looks_after(db, actor, student_id, now=now)
    if not policy.may_see_student(actor, looks_after=is_theirs):
        raise NotFound
