"""Reading the access needs of one person or of a group. Each reading is recorded in the audit trail."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import policy, queries
from app.accounts.needs_reader import NeedsReader, PersonNeeds
from app.accounts.steps.needs_reading import read_needs
from app.kit.actor import require
from app.kit.ids import GroupId, UserId
from app.kit.keys import SealingKeys


def read_needs_of_person(
    db: Session, reader: NeedsReader, person_id: UserId, sealing: SealingKeys, *, now: datetime
) -> tuple[PersonNeeds, ...]:
    """Return the access needs of one person for an admin; empty where they gave none."""
    require(policy.may_manage_people(reader.actor))
    queries.person(db, person_id)
    return read_needs(db, reader, [person_id], sealing, now=now)


def read_needs_of_group(
    db: Session, reader: NeedsReader, group_id: GroupId, sealing: SealingKeys, *, now: datetime
) -> tuple[PersonNeeds, ...]:
    """Return the access needs of the students of a group, for its instructors and for admins. To anybody else
    there is no such group: raise NotFound."""
    require(reader.actor.is_staff)
    group = queries.group_page(db, reader.actor, group_id)
    return read_needs(db, reader, [student.user_id for student in group.students], sealing, now=now)
