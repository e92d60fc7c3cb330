"""Looks whether people for whom the office reserves have places in other intakes of the course."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.enrolments import domain
from app.enrolments.domain import EnrolmentState, Intake
from app.enrolments.errors import OtherPlaces, PlaceElsewhere
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.ids import IntakeId, UserId


def demand_no_other_place(
    db: Session,
    intake_id: IntakeId,
    intake: Intake,
    named: Sequence[tuple[str, str]],
    beside: Mapping[str, str],
) -> None:
    """Raise OtherPlaces with everybody who has a place in another intake of the course, or has asked or waits
    for one, unless `beside` says by their address that they are to have a second one."""
    people = accounts.people_by_email(db, [email for _, email in named])
    user_ids = {person.email: person.user_id for person in people}
    here, elsewhere = _places(db, intake_id, intake, user_ids.values())
    asked_about: dict[int, tuple[PlaceElsewhere, ...]] = {}
    for index, (_, email) in enumerate(named):
        if (user_id := user_ids.get(email)) is None:
            continue
        places = tuple(elsewhere[user_id])
        ids = [place.enrolment_id for place in places]
        if domain.second_place_refusal(here.get(user_id), ids, answer=beside.get(email)):
            asked_about[index] = places
    if asked_about:
        raise OtherPlaces([name for name, _ in named], asked_about)


def _places(
    db: Session, intake_id: IntakeId, intake: Intake, user_ids: Collection[UserId]
) -> tuple[dict[UserId, EnrolmentState], dict[UserId, list[PlaceElsewhere]]]:
    """Return what each person holds in this intake, and in others of its course in the order they start."""
    here: dict[UserId, EnrolmentState] = {}
    elsewhere: dict[UserId, list[PlaceElsewhere]] = defaultdict(list)
    rows = db.execute(
        select(
            Enrolment.id,
            Enrolment.user_id,
            Enrolment.state,
            Enrolment.intake_id,
            IntakeRow.title,
            IntakeRow.starts_on,
        )
        .join(IntakeRow, IntakeRow.id == Enrolment.intake_id)
        .where(
            Enrolment.user_id.in_(list(user_ids)),
            IntakeRow.course_key == intake.course_key,
            Enrolment.state.in_(domain.LIVE),
        )
        .order_by(IntakeRow.starts_on, Enrolment.id)
    ).all()
    published = courses.current(db, intake.course_key) if rows else None
    course = published.course.title if published else intake.course_key
    for row in rows:
        if row.intake_id == intake_id:
            here[row.user_id] = row.state
        else:
            place = PlaceElsewhere(row.id, row.state, course, row.title, row.starts_on)
            elsewhere[row.user_id].append(place)
    return here, elsewhere
