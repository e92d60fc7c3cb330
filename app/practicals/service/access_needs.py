"""Reading the access needs of everybody who is expected on a practical day."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.needs_reader import NeedsReader, PersonNeeds
from app.accounts.steps.needs_reading import read_needs
from app.kit.actor import require
from app.kit.errors import NotFound
from app.kit.ids import PracticalId
from app.kit.keys import SealingKeys
from app.practicals import policy
from app.practicals.models import Seat
from app.practicals.queries.summaries import IS_EXPECTED, is_instructor_of


def read_needs_of_roster(
    db: Session,
    reader: NeedsReader,
    practical_id: PracticalId,
    sealing: SealingKeys,
    *,
    now: datetime,
) -> tuple[PersonNeeds, ...]:
    """Return the access needs of those who are expected, by name; each reading is recorded.

    For the instructors of this practical and for admins; to other staff it does not exist.
    """
    require(policy.may_teach(reader.actor))
    teaches_it = is_instructor_of(db, reader.actor, practical_id)
    if not policy.may_see_roster(reader.actor, is_instructor_of=teaches_it):
        raise NotFound
    people = db.scalars(select(Seat.user_id).where(Seat.practical_id == practical_id, IS_EXPECTED))
    return read_needs(db, reader, people.all(), sealing, now=now)
