"""JSON routes of intakes: the open ones, requesting a place, giving it up, one's own places."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Header, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict

from app.enrolments import queries, service
from app.enrolments.domain import Decision, EnrolmentState
from app.enrolments.held_places import still_stands
from app.enrolments.own_places import own_places
from app.enrolments.reasons import EnrolmentsReason
from app.kit.errors import Refusal
from app.kit.ids import EnrolmentId, IntakeId
from app.web.access import EVERYONE, STUDENT
from app.web.dates import local_day
from app.web.forms import Submission
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1/intakes", tags=["intakes"])


def _reason_of(refusal: object) -> object:
    return refusal.reason if isinstance(refusal, Refusal) else refusal


class OfferShape(BaseModel):
    """An open intake. `refusal` says why the caller may not request a place; `decision` says what a
    request would become."""

    model_config = ConfigDict(from_attributes=True)

    intake_id: IntakeId
    course_key: str
    title: str
    starts_on: date
    price_pence: int
    places: int
    places_left: int
    waiting: int
    opens_at: datetime
    closes_at: datetime
    own: EnrolmentState | None
    refusal: Annotated[EnrolmentsReason | None, BeforeValidator(_reason_of)]
    decision: Decision


class OffersShape(BaseModel):
    intakes: list[OfferShape]


class RequestedShape(BaseModel):
    """`position` is the place in the waiting list, when the request had to join it."""

    model_config = ConfigDict(from_attributes=True)

    enrolment_id: EnrolmentId
    state: EnrolmentState
    position: int | None


@api.get("", name="api.enrolments.intakes", access=EVERYONE, response_model=OffersShape)
def list_intakes(visit: Visit) -> OffersShape:
    """The open intakes, and why the caller may not ask for a place in each."""
    actor = visit.maybe_actor
    with visit.database.read() as db:
        offers = queries.offers(db, actor, now=visit.now)
    shapes = [OfferShape.model_validate(offer) for offer in offers]
    if actor is not None and not actor.is_student:
        shapes = [
            shape.model_copy(update={"refusal": EnrolmentsReason.students_only}) for shape in shapes
        ]
    return OffersShape(intakes=shapes)


class OwnPlaceShape(BaseModel):
    """A place, request or waiting-list entry of the caller. `price_pence` is what was agreed with them,
    whatever the intake costs now; `position` is the one on the waiting list."""

    model_config = ConfigDict(from_attributes=True)

    enrolment_id: EnrolmentId
    intake_id: IntakeId
    course_key: str
    intake_title: str
    starts_on: date
    price_pence: int
    state: EnrolmentState
    position: int | None
    requested_at: datetime
    is_invoiced: bool
    is_paid: bool
    may_withdraw: bool


class OwnPlacesShape(BaseModel):
    places: list[OwnPlaceShape]


@api.get("/mine", name="api.enrolments.own_places", access=STUDENT, response_model=OwnPlacesShape)
def list_own_places(visit: Visit) -> OwnPlacesShape:
    """The caller's own places, requests and waiting-list entries: live ones first, then the newest."""
    today = local_day(visit.now, visit.academy.zone)
    with visit.database.read() as db:
        places = own_places(db, visit.actor.user_id, today=today, now=visit.now)
    return OwnPlacesShape(places=[OwnPlaceShape.model_validate(place) for place in places])


@api.post(
    "/{intake_id}/requests",
    name="api.enrolments.request",
    access=STUDENT,
    status_code=201,
    response_model=RequestedShape,
)
def request_place(
    visit: Visit, intake_id: IntakeId, idempotency_key: Annotated[str, Header()] = ""
) -> RequestedShape:
    """Request a place. The same `Idempotency-Key` within 24 hours gives the same answer while the
    place or waiting-list entry exists; after that it is refused with 409."""
    with visit.database.write() as db:

        def ask() -> str:
            outcome = service.request_place(db, visit.actor, intake_id, now=visit.now)
            return RequestedShape.model_validate(outcome).model_dump_json()

        def stands(answer: str) -> bool:
            outcome = RequestedShape.model_validate_json(answer)
            return still_stands(db, EnrolmentId(outcome.enrolment_id))

        command = Submission(idempotency_key=idempotency_key, body=str(intake_id))
        answer = visit.once(db, command, ask, stands=stands)
    return RequestedShape.model_validate_json(answer)


@api.delete(
    "/{intake_id}/requests", name="api.enrolments.withdraw", access=STUDENT, status_code=204
)
def withdraw(visit: Visit, intake_id: IntakeId) -> Response:
    """Give up one's own request, place or waiting-list entry in an intake."""
    today = local_day(visit.now, visit.academy.zone)
    with visit.database.write() as db:
        service.withdraw_from_intake(db, visit.actor, intake_id, today=today, now=visit.now)
    return Response(status_code=204)
