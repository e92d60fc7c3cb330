"""Mails to people about their place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.accounts.queries import people
from app.courses import queries as courses
from app.enrolments.domain import Intake, day_in_words
from app.kit.ids import UserId
from app.notices.steps.telling import tell

Letter = Literal[
    "requested",
    "waiting",
    "promoted",
    "confirmed",
    "declined",
    "cancelled",
    "withdrawn",
    "changed",
    "list-closed",
]

OWN_DEEDS: frozenset[Letter] = frozenset({"requested", "waiting", "withdrawn"})
"""Mails that confirm what the person has just done themselves."""


def send(
    db: Session,
    letter: Letter,
    intake: Intake,
    user_ids: Sequence[UserId],
    *,
    now: datetime,
    reason: str | None = None,
    position: int | None = None,
) -> None:
    """Write one mail and notice per person, in the transaction of the change that they are about."""
    published = courses.current(db, intake.course_key)
    values = {
        "course": published.course.title if published else intake.title,
        "course_key": intake.course_key,
        "intake": intake.title,
        "starts_on": day_in_words(intake.starts_on),
        "reason": reason,
        "position": position,
    }
    people_by_id = people(db, user_ids)
    for user_id in user_ids:
        person = people_by_id[user_id]
        tell(
            db,
            person,
            f"enrolments/{letter}",
            {**values, "name": person.name},
            now=now,
            is_own_deed=letter in OWN_DEEDS,
        )
