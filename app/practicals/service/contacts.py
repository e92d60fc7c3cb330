"""Reading the phone numbers and emergency contacts of everybody who is expected on a practical day."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.needs_reader import NeedsReader
from app.accounts.steps.contact_reading import PersonContact, read_contacts
from app.kit.actor import require
from app.kit.errors import NotFound
from app.kit.ids import PracticalId
from app.practicals import policy
from app.practicals.domain.contacts import contacts_refusal
from app.practicals.errors import PlaceRefused
from app.practicals.queries.eligibility_facts import read_practical
from app.practicals.queries.summaries import expected_people, is_instructor_of


def read_contacts_of_roster(
    db: Session, reader: NeedsReader, practical_id: PracticalId, *, now: datetime
) -> tuple[PersonContact, ...]:
    """Return how those who are expected are reached, and their emergency contacts, by name; each reading is
    recorded.

    For the instructors of this practical around its day, and for admins; to other staff it does not exist.
    """
    require(policy.may_teach(reader.actor))
    teaches_it = is_instructor_of(db, reader.actor, practical_id)
    practical = read_practical(db, practical_id)
    if practical is None or not policy.may_see_roster(reader.actor, is_instructor_of=teaches_it):
        raise NotFound
    if refusal := contacts_refusal(practical, now, is_admin=reader.actor.is_admin):
        raise PlaceRefused((refusal,))
    people = expected_people(db, practical_id)
    return read_contacts(db, reader, people, now=now)
