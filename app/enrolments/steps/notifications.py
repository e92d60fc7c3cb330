"""Mails to people about their place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.queries import people
from app.courses import queries as courses
from app.enrolments.domain import Intake
from app.enrolments.mails import IntakeMail
from app.kit.ids import EventId, UserId
from app.notices.steps import sending


def send(
    db: Session,
    kind: type[IntakeMail],
    intake: Intake,
    user_ids: Sequence[UserId],
    *,
    now: datetime,
    waits: bool = False,
    **further: Any,
) -> dict[UserId, EventId | None]:
    """Write one mail and notice per person, in the transaction of the change that they are about, and return
    their ids. With `waits` they wait until the change can no longer be undone. `further` are the fields that
    only this kind of mail has."""
    published = courses.current(db, intake.course_key)
    values = {
        "course": published.course.title if published else intake.title,
        "course_key": intake.course_key,
        "intake": intake.title,
        "starts_on": intake.starts_on,
        **further,
    }
    people_by_id = people(db, user_ids)
    return {
        user_id: sending.send(db, person, kind(name=person.name, **values), now=now, waits=waits)
        for user_id, person in ((user_id, people_by_id[user_id]) for user_id in user_ids)
    }
