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


class Reason(StrEnum):
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


_WORDS: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.students_only: (
        "Only students ask for a place for themselves.",
        "As staff, reserve places for people on the intake's page.",
    ),
    Reason.address_unconfirmed: (
        "Your e-mail address is not confirmed yet.",
        "Open the link in the mail we sent you when you made your account, then come back.",
    ),
    Reason.already_requested: (
        "You have already asked for a place in this intake.",
        "You need do nothing more: we write to you when it is confirmed.",
    ),
    Reason.already_confirmed: (
        "You already have a place in this intake.",
        "Open Learn to begin or go on.",
    ),
    Reason.already_waiting: (
        "You are already on the waiting list of this intake.",
        "Your position is on the page of your places.",
    ),
    Reason.not_open_yet: (
        "Reservations for this intake have not opened yet.",
        "Come back on the day they open.",
    ),
    Reason.closed: (
        "Reservations for this intake have closed.",
        "Choose a later intake, or write to the academy.",
    ),
    Reason.intake_draft: (
        "This intake is not published yet.",
        "Open it for reservations first.",
    ),
    Reason.intake_cancelled: (
        "This intake was cancelled.",
        "Choose another intake of the course.",
    ),
    Reason.already_open: (
        "This intake is open for reservations already.",
        "There is nothing more to do.",
    ),
    Reason.not_requested: (
        "This request has already been decided.",
        "Look at its present state before you go on.",
    ),
    Reason.ended: (
        "This place is not held any more.",
        "Make a new reservation if the person should have a place.",
    ),
    Reason.started: (
        "This intake has started, so you cannot give up your place yourself.",
        "Write to the academy and it will see to it.",
    ),
    Reason.too_few_places: (
        "There are not enough places left for everybody you named.",
        "Name fewer people, or say why the intake may run over its number of places.",
    ),
    Reason.others_wait: (
        "Other people wait for a place in this intake.",
        "Say why the people you named go first.",
    ),
    Reason.person_has_place: (
        "This person already has a confirmed place in this intake.",
        "Leave the person out.",
    ),
    Reason.places_below_taken: (
        "More places are taken than you want to offer.",
        "Nobody loses a place: give more places, or say why the intake may run over.",
    ),
    Reason.course_unpublished: (
        "There is no published course with this name.",
        "Publish the course first, or choose another.",
    ),
    Reason.no_invoice: (
        "No invoice is recorded for this place.",
        "Record the number of the invoice first.",
    ),
}

_ALREADY: Final = {
    EnrolmentState.requested: Reason.already_requested,
    EnrolmentState.confirmed: Reason.already_confirmed,
    EnrolmentState.waiting: Reason.already_waiting,
}


@dataclass(frozen=True, slots=True)
class Gate:
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
class Window:
    """When reservations are taken, said at one moment: `words` lead up to the moment `at`."""

    words: str
    at: datetime
    is_open: bool


def window(opens_at: datetime, closes_at: datetime, now: datetime) -> Window:
    """Return what can be said of the time of reservations now."""
    if now >= closes_at:
        return Window("Reservations closed on", closes_at, is_open=False)
    if now < opens_at:
        return Window("Reservations open on", opens_at, is_open=False)
    return Window("Reservations are open until", closes_at, is_open=True)


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
    gate: Gate, own: EnrolmentState | None, *, is_confirmed: bool, now: datetime
) -> Reason | None:
    """Return why a person may not ask for a place, or None. `own` is the state of the person's live
    enrolment in this intake; a full intake is no refusal, see `decision`."""
    if own in LIVE:
        return _ALREADY[own]
    if gate.status is IntakeStatus.draft:
        return Reason.intake_draft
    if gate.status is IntakeStatus.cancelled:
        return Reason.intake_cancelled
    if now < gate.opens_at:
        return Reason.not_open_yet
    if now >= gate.closes_at:
        return Reason.closed
    return None if is_confirmed else Reason.address_unconfirmed


def decision(gate: Gate, *, waiting: int) -> Decision:
    """A free place goes to who asks only when nobody waits for it: nobody is overtaken."""
    return Decision.request if gate.places_left and not waiting else Decision.wait


def promotions(gate: Gate, *, waiting: int, now: datetime) -> int:
    """Return how many who wait get a place now: none after the window, none in a closed intake."""
    if gate.status is not IntakeStatus.open or is_list_over(gate.closes_at, now):
        return 0
    return min(gate.places_left, waiting)


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
    gate: Gate, *, needed: int, others_waiting: int, override_reason: str | None
) -> Reason | None:
    """Return why an admin may not reserve `needed` further places, or None.

    The window does not bind an admin. Running over and passing those who wait need a reason.
    """
    if gate.status is IntakeStatus.cancelled:
        return Reason.intake_cancelled
    if override_reason is None and needed > gate.places_left:
        return Reason.too_few_places
    if override_reason is None and needed and others_waiting:
        return Reason.others_wait
    return None


def confirm_refusal(gate: Gate, state: EnrolmentState) -> Reason | None:
    """Only a request is confirmed; who waits is promoted first, or reserved for with a reason."""
    if gate.status is IntakeStatus.cancelled:
        return Reason.intake_cancelled
    return None if state is EnrolmentState.requested else Reason.not_requested


def decline_refusal(state: EnrolmentState) -> Reason | None:
    """A request and a wish on the waiting list can be declined; a confirmed place is cancelled."""
    undecided = (EnrolmentState.requested, EnrolmentState.waiting)
    return None if state in undecided else Reason.not_requested


def cancel_refusal(state: EnrolmentState) -> Reason | None:
    """Only a confirmed place is cancelled by the academy."""
    return None if state is EnrolmentState.confirmed else Reason.ended


def withdraw_refusal(gate: Gate, state: EnrolmentState, *, today: date) -> Reason | None:
    """A wish is withdrawn at any time, a confirmed place until the day before the start."""
    if state not in LIVE:
        return Reason.ended
    if state is EnrolmentState.confirmed and today >= gate.starts_on:
        return Reason.started
    return None


def ends_with_account(
    state: EnrolmentState, *, starts_on: date, closes_at: datetime, now: datetime
) -> bool:
    """Whether an enrolment is given back when its holder's account is closed. A request and a wish are; a
    confirmed place is while somebody else could still use it."""
    if state not in LIVE:
        return False
    return state is not EnrolmentState.confirmed or starts_on > now.date() or now < closes_at


def open_refusal(status: IntakeStatus) -> Reason | None:
    refusals = {
        IntakeStatus.open: Reason.already_open,
        IntakeStatus.cancelled: Reason.intake_cancelled,
    }
    return refusals.get(status)


def change_refusal(gate: Gate, fields: IntakeFields, *, reason: str | None) -> Reason | None:
    """Return why an intake may not be changed so, or None. Fewer places than are taken remove
    nobody; they need a reason."""
    if gate.status is IntakeStatus.cancelled:
        return Reason.intake_cancelled
    if reason is None and fields.places < min(gate.taken, gate.places):
        return Reason.places_below_taken
    return None


def intake_problems(fields: IntakeFields) -> dict[str, str]:
    """Return a message per field that does not fit the others."""
    problems: dict[str, str] = {}
    if fields.closes_at <= fields.opens_at:
        problems["closes_on"] = "Reservations must close after they open."
    return problems


def money_refusal(state: EnrolmentState) -> Reason | None:
    """Invoices and payments are recorded for places that are held."""
    return None if state in HOLDING else Reason.ended


def positions(queue: Iterable[tuple[EnrolmentId, int]]) -> dict[EnrolmentId, int]:
    """Return each waiter's position, from 1, in the order of the numbers they drew."""
    ordered = sorted(queue, key=lambda entry: (entry[1], entry[0]))
    return {enrolment_id: place for place, (enrolment_id, _) in enumerate(ordered, start=1)}


def day_in_words(day: date) -> str:
    """Tuesday 8 December 2026"""
    return f"{day:%A} {day.day} {day:%B %Y}"
