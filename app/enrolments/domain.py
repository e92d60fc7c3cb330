"""Rules of intakes and their places. No clock, no database."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from app.enrolments.reasons import EnrolmentsReason
from app.kit.ids import EnrolmentId
from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import Message, msg
from app.kit.undo_time import may_undo


class IntakeStatus(StrEnum):
    draft = "draft"
    open = "open"
    cancelled = "cancelled"


class EnrolmentState(StrEnum):
    """`requested` and `confirmed` hold a place, `waiting` waits for one, and the others hold
    nothing. `closed` means that the person waited until reservations closed and no place became
    free."""

    requested = "requested"
    confirmed = "confirmed"
    waiting = "waiting"
    declined = "declined"
    cancelled = "cancelled"
    closed = "closed"


class DeclineReason(LabelledEnum):
    """The usual reasons for declining a request; the person reads the label in a mail."""

    requirements = "requirements", msg("You do not meet the entry requirements of the course.")
    papers = "papers", msg("The proof of your qualification has not reached us.")
    no_answer = "no_answer", msg("We could not reach you to talk about your request.")


STATE_WORDS: Final = {
    EnrolmentState.requested: msg("requested"),
    EnrolmentState.confirmed: msg("confirmed"),
    EnrolmentState.waiting: msg("waiting"),
    EnrolmentState.declined: msg("declined"),
    EnrolmentState.cancelled: msg("cancelled"),
    EnrolmentState.closed: msg("closed"),
}
HOLDING: Final = frozenset({EnrolmentState.requested, EnrolmentState.confirmed})
LIVE: Final = HOLDING | {EnrolmentState.waiting}


_ALREADY: Final = {
    EnrolmentState.requested: EnrolmentsReason.already_requested,
    EnrolmentState.confirmed: EnrolmentsReason.already_confirmed,
    EnrolmentState.waiting: EnrolmentsReason.already_waiting,
}


@dataclass(frozen=True, slots=True)
class Intake:
    """An intake's row as returned by the statement that locked it.

    `override` is the number of places by which the intake is overbooked, and never larger: a place
    that is given back first lowers it.
    """

    course_key: str
    title: str
    starts_on: date
    price_pence: int
    places: int
    taken: int
    override: int
    status: IntakeStatus
    opens_at: datetime
    closes_at: datetime

    @property
    def places_left(self) -> int:
        return max(0, self.places - self.taken)


class Window(StrEnum):
    """Where the present moment lies in a reservation period."""

    before = "before"
    within = "within"
    after = "after"


@dataclass(frozen=True, slots=True)
class RequestWindow:
    """What a page says about a reservation period. `at` is when it opens, if it has not opened yet, and
    otherwise when it closes."""

    window: Window
    at: datetime


def request_window(opens_at: datetime, closes_at: datetime, now: datetime) -> RequestWindow:
    """Return what to say about the reservation period at the present moment."""
    if now >= closes_at:
        return RequestWindow(Window.after, closes_at)
    if now < opens_at:
        return RequestWindow(Window.before, opens_at)
    return RequestWindow(Window.within, closes_at)


class Decision(StrEnum):
    """What a request that is not refused becomes."""

    request = "request"
    wait = "wait"


@dataclass(frozen=True, slots=True)
class IntakeFields:
    """The fields of an intake that an admin enters."""

    title: str
    starts_on: date
    price_pence: int
    places: int
    opens_at: datetime
    closes_at: datetime


class IntakeValues(Protocol):
    """The fields that `IntakeFields`, the row and the office's facts have in common."""

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
    """Return why a person may not request a place, or None. `own` is the state of the person's live
    enrolment in this intake. A full intake is not a refusal; see `decision`."""
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
    """Return what a request becomes: it gets a free place only if nobody waits."""
    return Decision.request if intake.places_left and not waiting else Decision.wait


def promotions(intake: Intake, *, waiting: int, now: datetime) -> int:
    """Return how many waiting people get a place now: none once reservations have closed."""
    if intake.status is not IntakeStatus.open or is_list_over(intake.closes_at, now):
        return 0
    return min(intake.places_left, waiting)


def is_list_over(closes_at: datetime, now: datetime) -> bool:
    """Return whether reservations have closed, so that nobody moves up any more."""
    return now >= closes_at


def state_now(state: EnrolmentState, closes_at: datetime, now: datetime) -> EnrolmentState:
    """Return the state to show: nobody waits on a list that is over."""
    over = state is EnrolmentState.waiting and is_list_over(closes_at, now)
    return EnrolmentState.closed if over else state


def override_for(*, places: int, taken: int) -> int:
    """Return by how many places an intake is overbooked."""
    return max(0, taken - places)


def reserve_refusal(
    intake: Intake, *, needed: int, others_waiting: int, override_reason: str | None
) -> EnrolmentsReason | None:
    """Return why an admin may not reserve `needed` further places, or None. Admins are not bound by
    the reservation period. Overbooking, and passing people who wait, need a reason.
    """
    if intake.status is IntakeStatus.cancelled:
        return EnrolmentsReason.intake_cancelled
    if override_reason is None and needed > intake.places_left:
        return EnrolmentsReason.too_few_places
    if override_reason is None and needed and others_waiting:
        return EnrolmentsReason.others_wait
    return None


def answer_about(places: Iterable[EnrolmentId]) -> str:
    """Return the answer that says of exactly these places of a person that they are to have another one."""
    return " ".join(sorted(str(place) for place in places))


def second_place_refusal(
    here: EnrolmentState | None, elsewhere: Collection[EnrolmentId], *, answer: str | None
) -> EnrolmentsReason | None:
    """Return why the office may not reserve a place for a person yet, or None. `here` is what they hold in
    the intake and `elsewhere` their places in others of the same course, requests and waiting-list entries,
    too. Who has a confirmed place here cannot have another, so there is nothing to ask."""
    if here is EnrolmentState.confirmed or not elsewhere:
        return None
    return None if answer == answer_about(elsewhere) else EnrolmentsReason.other_place


def confirm_refusal(intake: Intake, state: EnrolmentState) -> EnrolmentsReason | None:
    """Return why an enrolment cannot be confirmed, or None. Only requests are confirmed. A waiting
    person is promoted first, or gets a reserved place with a reason."""
    if intake.status is IntakeStatus.cancelled:
        return EnrolmentsReason.intake_cancelled
    return None if state is EnrolmentState.requested else EnrolmentsReason.not_requested


def decline_refusal(state: EnrolmentState) -> EnrolmentsReason | None:
    """Return why an enrolment cannot be declined, or None: a confirmed place is cancelled instead."""
    undecided = (EnrolmentState.requested, EnrolmentState.waiting)
    return None if state in undecided else EnrolmentsReason.not_requested


def cancel_refusal(state: EnrolmentState) -> EnrolmentsReason | None:
    """Return why an enrolment cannot be cancelled, or None: only confirmed places can."""
    return None if state is EnrolmentState.confirmed else EnrolmentsReason.ended


@dataclass(frozen=True, slots=True)
class DecisionToUndo:
    """What undoing a decision needs to know. `moved_up` are the present states of the people who moved up
    because of it, and `is_invoiced_on` says that an invoice is recorded for one of them. `asked_again`: the
    person has another live enrolment in the intake. `is_closed`: their account is closed, so it gets nothing
    that it does not hold now."""

    state_before: EnrolmentState
    state_after: EnrolmentState
    override_before: int
    decided_at: datetime
    is_undone: bool
    moved_up: tuple[EnrolmentState, ...] = ()
    is_invoiced_on: bool = False
    asked_again: bool = False
    is_closed: bool = False

    @property
    def places_needed(self) -> int:
        """How many places undoing it takes, less those that the people who moved up give back."""
        took_away = self.state_before in HOLDING and self.state_after not in HOLDING
        return int(took_away) - len(self.moved_up)


def undo_refusal(
    decision: DecisionToUndo | None,
    intake: Intake,
    state: EnrolmentState,
    decided_at: datetime | None,
    *,
    now: datetime,
) -> EnrolmentsReason | None:
    """Return why the newest decision about an enrolment cannot be undone, or None. `state` and `decided_at`
    are those of the enrolment now. Everything must be as the decision left it: the place was not decided
    anew, its person neither asked again nor left, nobody else took it, and the people who moved up still ask
    for theirs, without an invoice."""
    if decision is None:
        return EnrolmentsReason.nothing_to_undo
    if decision.is_undone:
        return EnrolmentsReason.already_undone
    if not may_undo(decision.decided_at, now):
        return EnrolmentsReason.mail_has_left
    if intake.status is IntakeStatus.cancelled:
        return EnrolmentsReason.intake_cancelled
    if state is not decision.state_after or decided_at != decision.decided_at:
        return EnrolmentsReason.decided_anew
    return _undo_obstacle(decision, intake)


def _undo_obstacle(decision: DecisionToUndo, intake: Intake) -> EnrolmentsReason | None:
    """Return what happened around a decision that keeps it from being undone, or None."""
    if decision.is_closed and decision.state_after not in LIVE:
        return EnrolmentsReason.holder_closed
    if decision.asked_again:
        return EnrolmentsReason.asked_again
    others_decided = any(each is not EnrolmentState.requested for each in decision.moved_up)
    most = intake.places + decision.override_before
    if others_decided or decision.is_invoiced_on or intake.taken + decision.places_needed > most:
        return EnrolmentsReason.place_went_on
    return None


def withdraw_refusal(
    intake: Intake, state: EnrolmentState, *, today: date
) -> EnrolmentsReason | None:
    """Return why a person cannot withdraw, or None. Waiting-list entries can be withdrawn at any
    time, a confirmed place until the day before the start."""
    if state not in LIVE:
        return EnrolmentsReason.ended
    if state is EnrolmentState.confirmed and today >= intake.starts_on:
        return EnrolmentsReason.started
    return None


def ends_with_account(
    state: EnrolmentState, *, starts_on: date, closes_at: datetime, now: datetime
) -> bool:
    """Return whether an enrolment ends when its holder's account is closed. Requests and
    waiting-list entries end; a confirmed place ends if somebody else could still use it."""
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
    """Return why an intake may not be changed like this, or None. Reducing the places below the
    number taken removes nobody and needs a reason."""
    if intake.status is IntakeStatus.cancelled:
        return EnrolmentsReason.intake_cancelled
    if reason is None and fields.places < min(intake.taken, intake.places):
        return EnrolmentsReason.places_below_taken
    return None


def intake_problems(fields: IntakeFields) -> dict[str, Message]:
    """Return a message for each field that contradicts the others."""
    problems: dict[str, Message] = {}
    if fields.closes_at <= fields.opens_at:
        problems["closes_on"] = msg("Reservations must close after they open.")
    return problems


def money_refusal(state: EnrolmentState) -> EnrolmentsReason | None:
    """Return why an invoice or payment cannot be recorded, or None. They are recorded only for
    places that are held."""
    return None if state in HOLDING else EnrolmentsReason.ended


def positions(queue: Iterable[tuple[EnrolmentId, int]]) -> dict[EnrolmentId, int]:
    """Return the position of each waiting person, from 1, in the order of their waiting numbers."""
    ordered = sorted(queue, key=lambda entry: (entry[1], entry[0]))
    return {enrolment_id: position for position, (enrolment_id, _) in enumerate(ordered, start=1)}
