"""Reading the access needs of everybody who is expected on a practical day."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.needs_reader import NeedsReader, PersonNeeds
from app.accounts.steps.needs_reading import read_needs
from app.kit.actor import require
from app.kit.errors import NotFound
from app.kit.ids import PracticalId
from app.kit.keys import SealingKeys
from app.practicals import policy
from app.practicals.queries.summaries import expected_people, is_instructor_of


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
    people = expected_people(db, practical_id)
    return read_needs(db, reader, people, sealing, now=now)
