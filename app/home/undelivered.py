"""Reads what was not delivered, with the people to whom it was to go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.accounts.queries import people_by_email
from app.kit.actor import Actor, require
from app.kit.ids import UserId
from app.kit.messages import Message, msg
from app.outbox.health import Delivery, deliveries
from app.outbox.queries import ShownEvents, UndeliveredEvent, UndeliveredPage, undelivered_page

KINDS: Final[Mapping[str, Message]] = {
    "accounts": msg("Mail about an account"),
    "assessments": msg("Mail about an assessment"),
    "certificates": msg("Mail about a certificate"),
    "enquiries": msg("Mail about an enquiry"),
    "enrolments": msg("Mail about a place on a course"),
    "learning": msg("Mail about a lesson"),
    "practicals": msg("Mail about a practical day"),
    "quizzes": msg("Mail about a quiz"),
    "rights": msg("Mail about places that ended"),
    "system": msg("Test mail"),
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose address a mail was to go to."""

    user_id: UserId
    name: str


@dataclass(frozen=True, slots=True)
class UndeliveredList:
    """One list of what was not delivered, the state of the workers, and the people by their addresses."""

    events: UndeliveredPage
    deliveries: tuple[Delivery, ...]
    recipients: Mapping[str, Recipient]

    def recipient(self, event: UndeliveredEvent) -> Recipient | None:
        return self.recipients.get(event.to or "")

    def kind_of(self, event: UndeliveredEvent) -> Message:
        """Return what kind of mail or work this is, in words."""
        if event.to is None:
            return msg("Follow-up “{name}”", name=event.name)
        return KINDS.get(event.feature, msg("Mail"))


def undelivered(
    db: Session, actor: Actor, *, shown: ShownEvents | None, number: int, now: datetime
) -> UndeliveredList:
    """Return one list of what was not delivered."""
    require(actor.is_admin)
    events = undelivered_page(db, shown=shown, number=number)
    addresses = list(dict.fromkeys(event.to for event in events.rows.rows if event.to))
    recipients = {
        person.email: Recipient(person.user_id, person.name)
        for person in (people_by_email(db, addresses) if addresses else ())
    }
    return UndeliveredList(events, deliveries(db, now=now), recipients)
