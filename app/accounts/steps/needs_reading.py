"""Opening access needs for staff, and recording each reading. Use-cases call it after they have checked the
permission, in a write block."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.domain import network_block
from app.accounts.models import User
from app.accounts.needs_reader import NEEDS_READ, NeedsReader, PersonNeeds
from app.accounts.needs_sealing import opened_needs
from app.accounts.steps.audit_log import record_account_act
from app.kit.ids import UserId
from app.kit.keys import SealingKeys


def read_needs(
    db: Session,
    reader: NeedsReader,
    people: Collection[UserId],
    sealing: SealingKeys,
    *,
    now: datetime,
) -> tuple[PersonNeeds, ...]:
    """Return those of some people who have access needs, by name, and record one reading per person whose
    needs were opened."""
    rows = db.execute(
        select(User.id, User.name, User.access_needs_sealed)
        .where(User.id.in_(people), User.access_needs_sealed.is_not(None))
        .order_by(User.sort_key, User.id)
    ).all()
    read = tuple(
        PersonNeeds(user_id, name, opened_needs(sealing, sealed, user_id))
        for user_id, name, sealed in rows
        if sealed is not None
    )
    details = {"place": reader.place, "network": network_block(reader.network)}
    for person in read:
        if person.needs is not None:
            record_account_act(
                db,
                reader.actor.user_id,
                person.user_id,
                NEEDS_READ,
                now=now,
                reason=reader.reason,
                details=details,
            )
    return read
