"""Rules of intakes and the places in them. No clock, no database: pass in what they need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from app.kit.ids import EnrolmentId


class IntakeStatus(StrEnum):
    draft = "draft"
    open = "open"
    cancelled = "cancelled"


class EnrolmentState(StrEnum):
    """`requested` and `confirmed` hold a place; `waiting` waits for one; the others hold nothing. `closed`:
    waited until reservations closed, and no place became free."""

    requested = "requested"
    confirmed = "confirmed"
    waiting = "waiting"
    declined = "declined"
    cancelled = "cancelled"
    closed = "closed"


HOLDING: Final = frozenset({EnrolmentState.requested, EnrolmentState.confirmed})
LIVE: Final = HOLDING | {EnrolmentState.waiting}


class EnrolmentsReason(StrEnum):
    """Why something is refused: `sentence` says what is wrong, `remedy` what to do about it."""

    address_unconfirmed = "address_unconfirmed"
    already_requested = "already_requested"
    already_confirmed = "already_confirmed"
    already_waiting = "already_waiting"
    not_open_yet = "not_open_yet"
    closed = "closed"
    intake_draft = "intake_draft"
    intake_cancelled = "intake_cancelled"
    already_open = "already_open"
    not_requested = "not_requested"
    ended = "ended"
    started = "started"
    too_few_places = "too_few_places"
    others_wait = "others_wait"
    person_has_place = "person_has_place"
    places_below_taken = "places_below_taken"
    course_unpublished = "course_unpublished"
    no_invoice = "no_invoice"
    students_only = "students_only"

    @property
    def sentence(self) -> str:
        return _WORDS[self][0]

    @property
    def remedy(self) -> str:
        return _WORDS[self][1]

    @property
    def detail(self) -> str:
        return f"{self.sentence} {self.remedy}"


_WORDS: Final[Mapping[EnrolmentsReason, tuple[str, str]]] = {
    EnrolmentsReason.students_only: (
        "Only students ask for a place for themselves.",
        "As staff, reserve places for people on the intake's page.",
    ),
    EnrolmentsReason.address_unconfirmed: (
        "Your e-mail address is not confirmed yet.",
        "Open the link in the mail we sent you when you made your account, then come back.",
    ),
    EnrolmentsReason.already_requested: (
        "You have already asked for a place in this intake.",
        "You need do nothing more: we write to you when it is confirmed.",
    ),
    EnrolmentsReason.already_confirmed: (
        "You already have a place in this intake.",
        "Open Learn to begin or go on.",
    ),
    EnrolmentsReason.already_waiting: (
        "You are already on the waiting list of this intake.",
        "Your position is on the page of your places.",
    ),
    EnrolmentsReason.not_open_yet: (
        "Reservations for this intake have not opened yet.",
        "Come back on the day they open.",
    ),
    EnrolmentsReason.closed: (
        "Reservations for this intake have closed.",
        "Choose a later intake, or write to the academy.",
    ),
    EnrolmentsReason.intake_draft: (
        "This intake is not published yet.",
        "Open it for reservations first.",
    ),
    EnrolmentsReason.intake_cancelled: (
        "This intake was cancelled.",
        "Choose another intake of the course.",
    ),
    EnrolmentsReason.already_open: (
        "This intake is open for reservations already.",
        "There is nothing more to do.",
    ),
    EnrolmentsReason.not_requested: (
        "This request has already been decided.",
        "Look at its present state before you go on.",
    ),
    EnrolmentsReason.ended: (
        "This place is not held any more.",
        "Make a new reservation if the person should have a place.",
    ),
    EnrolmentsReason.started: (
        "This intake has started, so you cannot give up your place yourself.",
        "Write to the academy and it will see to it.",
    ),
    EnrolmentsReason.too_few_places: (
        "There are not enough places left for everybody you named.",
        "Name fewer people, or say why the intake may run over its number of places.",
    ),
    EnrolmentsReason.others_wait: (
        "Other people wait for a place in this intake.",
        "Say why the people you named go first.",
    ),
    EnrolmentsReason.person_has_place: (
        "This person already has a confirmed place in this intake.",
        "Leave the person out.",
    ),
    EnrolmentsReason.places_below_taken: (
        "More places are taken than you want to offer.",
        "Nobody loses a place: give more places, or say why the intake may run over.",
    ),
    EnrolmentsReason.course_unpublished: (
        "There is no published course with this name.",
        "Publish the course first, or choose another.",
    ),
    EnrolmentsReason.no_invoice: (
        "No invoice is recorded for this place.",
        "Record the number of the invoice first.",
    ),
}

_ALREADY: Final = {
    EnrolmentState.requested: EnrolmentsReason.already_requested,
    EnrolmentState.confirmed: EnrolmentsReason.already_confirmed,
    EnrolmentState.waiting: EnrolmentsReason.already_waiting,
}


@dataclass(frozen=True, slots=True)
class Intake:
    """An intake's row as the statement that took the gate returned it.

    `override` is by how many places the intake runs over, never more: a place that is given back
    lowers it before it helps anybody else.
    """

    course_key: str
    title: str
    starts_on: date
    places: int
    taken: int
    override: int
    status: IntakeStatus
    opens_at: datetime
    closes_at: datetime

    @property
    def places_left(self) -> int:
        return max(0, self.places - self.taken)


@dataclass(frozen=True, slots=True)
class RequestWindow:
    """When reservations are taken, said at one moment: `words` lead up to the moment `at`."""

    words: str
    at: datetime
    is_open: bool


def request_window(opens_at: datetime, closes_at: datetime, now: datetime) -> RequestWindow:
    """Return what can be said of the time of reservations now."""
    if now >= closes_at:
        return RequestWindow("Reservations closed on", closes_at, is_open=False)
    if now < opens_at:
        return RequestWindow("Reservations open on", opens_at, is_open=False)
    return RequestWindow("Reservations are open until", closes_at, is_open=True)


class Decision(StrEnum):
    """What a request that is not refused becomes."""

    request = "request"
    wait = "wait"


@dataclass(frozen=True, slots=True)
class IntakeFields:
    """What an admin says of an intake."""

    title: str
    starts_on: date
    price_pence: int
    places: int
    opens_at: datetime
    closes_at: datetime


class IntakeValues(Protocol):
    """What `IntakeFields`, the row and its facts for the office have in common."""

    @property
    def title(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def price_pence(self) -> int: ...
    @property
    def places(self) -> int: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...


def intake_record(intake: IntakeValues) -> dict[str, Any]:
    """Return what the form of an intake writes; see `app.kit.versions`."""
    return {
        "title": intake.title,
        "starts_on": intake.starts_on,
        "price_pence": intake.price_pence,
        "places": intake.places,
        "opens_at": intake.opens_at,
        "closes_at": intake.closes_at,
    }


def invoice_record(number: str | None, invoiced_at: datetime | None) -> dict[str, object]:
    """Return what the form of an invoice writes."""
    return {"number": number, "invoiced_on": invoiced_at}


def payment_record(paid_at: datetime | None) -> dict[str, object]:
    """Return what the form of a payment writes."""
    return {"paid_on": paid_at}


def request_refusal(
    intake: Intake, own: EnrolmentState | None, *, is_confirmed: bool, now: datetime
) -> EnrolmentsReason | None:
    """Return why a person may not ask for a place, or None. `own` is the state of the person's live
    enrolment in this intake; a full intake is no refusal, see `decision`."""
    if own in LIVE:
        return _ALREADY[own]
    if intake.status is IntakeStatus.draft:
        return EnrolmentsReason.intake_draft
    if intake.status is IntakeStatus.cancelled:
        return EnrolmentsReason.intake_cancelled
    if now < intake.opens_at:
        return EnrolmentsReason.not_open_yet
    if now >= intake.closes_at:
        return EnrolmentsReason.closed
    return None if is_confirmed else EnrolmentsReason.address_unconfirmed


def decision(intake: Intake, *, waiting: int) -> Decision:
    """A free place goes to who asks only when nobody waits for it: nobody is overtaken."""
    return Decision.request if intake.places_left and not waiting else Decision.wait


def promotions(intake: Intake, *, waiting: int, now: datetime) -> int:
    """Return how many who wait get a place now: none after the window, none in a closed intake."""
    if intake.status is not IntakeStatus.open or is_list_over(intake.closes_at, now):
        return 0
    return min(intake.places_left, waiting)


def is_list_over(closes_at: datetime, now: datetime) -> bool:
    """Whether nobody moves up from the waiting list any more: reservations have closed."""
    return now >= closes_at


def state_now(state: EnrolmentState, closes_at: datetime, now: datetime) -> EnrolmentState:
    """Return the state as people read it: nobody waits on a list that is over, also before the worker has
    written it down."""
    over = state is EnrolmentState.waiting and is_list_over(closes_at, now)
    return EnrolmentState.closed if over else state


def override_for(*, places: int, taken: int) -> int:
    """Return by how many places an intake runs over."""
    return max(0, taken - places)


def reserve_refusal(
    intake: Intake, *, needed: int, others_waiting: int, override_reason: str | None
) -> EnrolmentsReason | None:
    """Return why an admin may not reserve `needed` further places, or None.

    The window does not bind an admin. Running over and passing those who wait need a reason.
    """
    if intake.status is IntakeStatus.cancelled:
        return EnrolmentsReason.intake_cancelled
    if override_reason is None and needed > intake.places_left:
        return EnrolmentsReason.too_few_places
    if override_reason is None and needed and others_waiting:
        return EnrolmentsReason.others_wait
    return None


def confirm_refusal(intake: Intake, state: EnrolmentState) -> EnrolmentsReason | None:
    """Only a request is confirmed; who waits is promoted first, or reserved for with a reason."""
    if intake.status is IntakeStatus.cancelled:
        return EnrolmentsReason.intake_cancelled
    return None if state is EnrolmentState.requested else EnrolmentsReason.not_requested


def decline_refusal(state: EnrolmentState) -> EnrolmentsReason | None:
    """A request and a wish on the waiting list can be declined; a confirmed place is cancelled."""
    undecided = (EnrolmentState.requested, EnrolmentState.waiting)
    return None if state in undecided else EnrolmentsReason.not_requested


def cancel_refusal(state: EnrolmentState) -> EnrolmentsReason | None:
    """Only a confirmed place is cancelled by the academy."""
    return None if state is EnrolmentState.confirmed else EnrolmentsReason.ended


def withdraw_refusal(
    intake: Intake, state: EnrolmentState, *, today: date
) -> EnrolmentsReason | None:
    """A wish is withdrawn at any time, a confirmed place until the day before the start."""
    if state not in LIVE:
        return EnrolmentsReason.ended
    if state is EnrolmentState.confirmed and today >= intake.starts_on:
        return EnrolmentsReason.started
    return None


def ends_with_account(
    state: EnrolmentState, *, starts_on: date, closes_at: datetime, now: datetime
) -> bool:
    """Whether an enrolment is given back when its holder's account is closed. A request and a wish are; a
    confirmed place is while somebody else could still use it."""
    if state not in LIVE:
        return False
    return state is not EnrolmentState.confirmed or starts_on > now.date() or now < closes_at


def open_refusal(status: IntakeStatus) -> EnrolmentsReason | None:
    refusals = {
        IntakeStatus.open: EnrolmentsReason.already_open,
        IntakeStatus.cancelled: EnrolmentsReason.intake_cancelled,
    }
    return refusals.get(status)


def change_refusal(
    intake: Intake, fields: IntakeFields, *, reason: str | None
) -> EnrolmentsReason | None:
    """Return why an intake may not be changed so, or None. Fewer places than are taken remove
    nobody; they need a reason."""
    if intake.status is IntakeStatus.cancelled:
        return EnrolmentsReason.intake_cancelled
    if reason is None and fields.places < min(intake.taken, intake.places):
        return EnrolmentsReason.places_below_taken
    return None


def intake_problems(fields: IntakeFields) -> dict[str, str]:
    """Return a message per field that does not fit the others."""
    problems: dict[str, str] = {}
    if fields.closes_at <= fields.opens_at:
        problems["closes_on"] = "Reservations must close after they open."
    return problems


def money_refusal(state: EnrolmentState) -> EnrolmentsReason | None:
    """Invoices and payments are recorded for places that are held."""
    return None if state in HOLDING else EnrolmentsReason.ended


def positions(queue: Iterable[tuple[EnrolmentId, int]]) -> dict[EnrolmentId, int]:
    """Return each waiter's position, from 1, in the order of the numbers they drew."""
    ordered = sorted(queue, key=lambda entry: (entry[1], entry[0]))
    return {enrolment_id: position for position, (enrolment_id, _) in enumerate(ordered, start=1)}


def day_in_words(day: date) -> str:
    """Tuesday 8 December 2026"""
    return f"{day:%A} {day.day} {day:%B %Y}"
