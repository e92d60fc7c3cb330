"""Reserves places on another day for people whose day was cancelled."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.steps.locks import lock_people
from app.kit.actor import Actor, require
from app.kit.errors import Invalid, NotFound
from app.kit.ids import PracticalId, UserId
from app.kit.messages import msg
from app.practicals import policy
from app.practicals.domain.plan import NOT_CANCELLED
from app.practicals.errors import PlanRefused
from app.practicals.queries.cancelled_days import cancelled_list
from app.practicals.queries.summaries import practical_summary
from app.practicals.service.group_reservation import reserve_seats
from app.practicals.steps.locking import lock_practical

WRONG_CHOICE = msg("There is a problem with what you chose.")


def rebook(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    user_ids: Sequence[UserId],
    to_practical_id: PracticalId,
    *,
    reason: str,
    override: bool,
    now: datetime,
) -> None:
    """Give people who were on the list of a cancelled day places on another day of its kind, to all of them
    or none. Raise PlacesRefused with every reason of everybody who cannot have one."""
    require(policy.may_manage(actor))
    day = practical_summary(db, practical_id)
    if day is None:
        raise NotFound
    before = cancelled_list(db, practical_id, now=now)
    if before is None:
        raise PlanRefused(NOT_CANCELLED)
    names = {person.user_id: person.name for person in before.people}
    chosen = list(dict.fromkeys(user_ids))
    if not chosen or not names.keys() >= set(chosen):
        raise Invalid(
            WRONG_CHOICE,
            fields={"people": msg("Choose people from the list of the cancelled day.")},
        )
    practical = lock_practical(db, to_practical_id, now=now)
    if (practical.course_key, practical.kind_key) != (day.course_key, day.kind_key):
        raise Invalid(WRONG_CHOICE, fields={"day": msg("Choose one of the days of the list.")})
    lock_people(db, chosen)
    reserve_seats(
        db,
        actor,
        practical,
        [(user_id, names[user_id]) for user_id in chosen],
        reason=reason,
        override=override,
        now=now,
    )
