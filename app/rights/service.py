"""Use-cases that end what depended on a right."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.enrolments.held_places import PlaceHeld
from app.enrolments.steps.ending import end_places
from app.kit.actor import Actor, Role, SystemActor, require
from app.kit.ids import UserId
from app.kit.leaving import LEAVING
from app.kit.messages import Message, msg
from app.notices.steps.sending import send
from app.practicals.steps.ending import EndedCommitment, end_assignments, end_without_right
from app.quizzes.domain.attempt import AttemptFacts
from app.quizzes.steps.ending import end_attempts
from app.rights import policy, queries
from app.rights.mails import Cause, RightsEndedMail


@dataclass(frozen=True, slots=True)
class EndedRights:
    """Everything of one person that ended at once."""

    places: tuple[PlaceHeld, ...]
    attempts: tuple[AttemptFacts, ...]
    days: tuple[EndedCommitment, ...]

    @property
    def count(self) -> int:
        return len(self.places) + len(self.attempts) + len(self.days)


def end_what_depended(
    db: Session,
    system: SystemActor,
    user_id: UserId,
    *,
    by: UserId | None,
    ends_places: bool = False,
    now: datetime,
) -> EndedRights:
    """End everything that a person no longer has a right to, and list it in one mail to them.

    It applies the rules of each feature as of now, so an event that is delivered twice, or after the
    right was given back, ends nothing. `by` is the person whose act took the right away. With
    `ends_places`, places on courses end too (for closed accounts).
    """
    require(system is SystemActor.worker)
    return _end(db, user_id, by=by, ends_places=ends_places, now=now)


def _end(
    db: Session, user_id: UserId, *, by: UserId | None, ends_places: bool = False, now: datetime
) -> EndedRights:
    person = accounts.people(db, [user_id])[user_id]
    ended = EndedRights(
        end_places(db, user_id, by=by, now=now) if ends_places and person.is_closed else (),
        end_attempts(db, user_id, by=by, now=now),
        (
            *end_without_right(db, user_id, by=by, now=now),
            *end_assignments(db, user_id, by=by, now=now),
        ),
    )
    if ended.count:
        _tell(db, person, ended, now=now)
    return ended


def end_leftovers(db: Session, actor: Actor, *, now: datetime) -> int:
    """End everything that anyone holds without a right; return how many people were concerned."""
    require(policy.may_end_leftovers(actor))
    user_ids = sorted({leftover.user_id for leftover in queries.leftovers(db, now=now)})
    for user_id in user_ids:
        _end(db, user_id, by=actor.user_id, now=now)
    return len(user_ids)


def _tell(db: Session, person: accounts.Person, ended: EndedRights, *, now: datetime) -> None:
    calendar = tuple(day.calendar for day in ended.days if day.calendar is not None)
    mail = RightsEndedMail(
        name=person.name,
        cause=_cause(person, ended),
        ended=tuple(_lines(db, ended)),
        has_calendar=bool(calendar),
        data_end_after=LEAVING.days,
    )
    send(db, person, mail, now=now, calendar=calendar)


def _cause(person: accounts.Person, ended: EndedRights) -> Cause:
    """Return which right was lost."""
    if person.is_closed:
        return "account"
    if ended.attempts or any(day.what != "assignment" for day in ended.days):
        return "place" if Role.student in person.roles else "student"
    return "instructor"


def _lines(db: Session, ended: EndedRights) -> Iterable[Message]:
    for place in ended.places:
        yield msg(
            "Place on the course {course}, {intake}",
            course=place.course_title,
            intake=place.intake_title,
        )
    for day in ended.days:
        yield _line(day)
    for attempt in ended.attempts:
        quiz = courses.revision(db, attempt.revision_id).course.quiz(attempt.quiz_key)
        yield msg(
            "Attempt at “{quiz}”; your answers are kept",
            quiz=quiz.title if quiz else attempt.quiz_key,
        )


def _line(day: EndedCommitment) -> Message:
    match day.what:
        case "seat":
            return msg("Place on “{day}”, {when}", day=day.title, when=day.when)
        case "wait":
            return msg("Waiting list of “{day}”, {when}", day=day.title, when=day.when)
        case "assignment":
            return msg("Teaching on “{day}”, {when}", day=day.title, when=day.when)
