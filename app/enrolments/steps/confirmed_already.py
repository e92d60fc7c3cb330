"""Looks whether people for whom the office reserves have places already."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.enrolments.domain import EnrolmentState
from app.enrolments.errors import PersonRefusal, PlacesRefused
from app.enrolments.models import Enrolment
from app.enrolments.reasons import EnrolmentsReason
from app.kit.ids import UserId


def demand_without_place(
    db: Session, user_ids: Sequence[UserId], live: Mapping[UserId, Enrolment]
) -> None:
    """Raise PlacesRefused with everybody who has a confirmed place in the intake already."""
    held = [
        (index, user_id)
        for index, user_id in enumerate(user_ids)
        if user_id in live and live[user_id].state is EnrolmentState.confirmed
    ]
    if held:
        people = accounts.people(db, [user_id for _, user_id in held])
        unmet = (EnrolmentsReason.person_has_place.refusal,)
        raise PlacesRefused(
            tuple(PersonRefusal(index, people[user_id].name, unmet) for index, user_id in held)
        )
