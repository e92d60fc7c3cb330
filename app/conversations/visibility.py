"""Which conversations somebody of the staff sees.

Admins see every one. An instructor sees those of the students whom they look after: in their groups, or on a
practical of theirs that is not over. Where no instructor looks after a student, every instructor sees their
questions, so that none waits unseen. Nobody sees their own questions here: they are on the student's pages.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, literal, or_
from sqlalchemy.orm import Session

from app.accounts.person_columns import PERSON
from app.accounts.queries import Person, instructors, people
from app.accounts.taught_students import (
    group_instructors_of,
    is_in_a_taught_group,
    is_in_group_of,
)
from app.conversations.models import Conversation
from app.kit.actor import Actor, Role
from app.kit.ids import UserId
from app.practicals.queries.coming_days import (
    day_instructors_of,
    is_on_a_taught_day,
    is_on_day_of,
)


def visible_to(actor: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Return the condition on a conversation, joined with its student, that this person of the staff sees
    it."""
    not_own = Conversation.student_id != actor.user_id
    if actor.is_admin:
        return not_own
    viewer = literal(actor.user_id, Conversation.student_id.type)
    looked_after = or_(
        is_in_group_of(actor.user_id),
        is_on_day_of(PERSON.id, viewer, now),
        ~or_(is_in_a_taught_group(), is_on_a_taught_day(PERSON.id, now)),
    )
    return not_own & looked_after


def told_about(db: Session, student_id: UserId, *, now: datetime) -> tuple[Person, ...]:
    """Return who is told that this student asks: the instructors who look after them, or every instructor
    where nobody does."""
    ids = group_instructors_of(db, student_id) | day_instructors_of(db, student_id, now=now)
    named = people(db, ids).values()
    teaching = [who for who in named if Role.instructor in who.roles and not who.is_closed]
    told = teaching or instructors(db)
    return tuple(sorted((who for who in told if who.user_id != student_id), key=_by_id))


def _by_id(who: Person) -> UserId:
    return who.user_id
