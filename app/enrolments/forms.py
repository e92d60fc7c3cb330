"""Forms of intakes and places: they turn what people type into the arguments of use-cases."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Annotated, Final, Literal, TypeVar
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from app.accounts.domain import LONGEST_NAME, clean_name
from app.db.paging import PAGE_SIZE
from app.enrolments.domain import DeclineReason, IntakeFields, answer_about
from app.enrolments.errors import PlaceElsewhere
from app.enrolments.invoices import InvoiceToPay
from app.enrolments.money_rules import ShownInvoices
from app.kit.email_addresses import normal_email
from app.kit.errors import Invalid
from app.kit.ids import EnrolmentId, IntakeId
from app.kit.messages import Message, msg, msgs
from app.kit.versions import LONGEST_VERSION
from app.web.dates import Amount, Day, TimeOfDay, moment
from app.web.field_messages import message_in
from app.web.forms import EditForm, Form, Submission, label

ROWS: Final = 10
LONGEST_SEARCH: Final = 100
MOST_CHOSEN: Final = 100
_ROW_FIELD: Final = re.compile(r"^(name|email|same|beside)_([1-9]|10)$")

Sentence = Annotated[str, StringConstraints(min_length=3, max_length=2000)]


class IntakeForm(EditForm):
    """An intake's facts. Times are local times of the academy's zone."""

    title: str = Field(title=label("name of the intake"), max_length=120)
    starts_on: Day = Field(title=label("start date"))
    price: Amount = Field(title=label("price"))
    places: int = Field(title=label("number of places"), ge=1, le=500)
    opens_on: Day = Field(title=label("day reservations open"))
    opens_time: TimeOfDay = Field(title=label("time reservations open"))
    closes_on: Day = Field(title=label("day reservations close"))
    closes_time: TimeOfDay = Field(title=label("time reservations close"))
    reason: Sentence | None = Field(None, title=label("reason"))

    def fields_in(self, zone: str) -> IntakeFields:
        """Return the fields with times in UTC. Raise Invalid for a local time that does not exist."""
        return IntakeFields(
            title=self.title,
            starts_on=self.starts_on,
            price_pence=self.price,
            places=self.places,
            opens_at=_moment("opens_time", self.opens_on, self.opens_time, zone),
            closes_at=_moment("closes_time", self.closes_on, self.closes_time, zone),
        )


FIELDS_OF_INTAKE = {
    "price_pence": ("price",),
    "opens_at": ("opens_on", "opens_time"),
    "closes_at": ("closes_on", "closes_time"),
}
"""The form fields that show a value of the record under another name."""


class NewIntakeForm(IntakeForm):
    course_key: str = Field(title=label("course"), max_length=64)


class EnrolmentReasonForm(Form):
    """A decision with a reason that the person will read."""

    reason: Sentence = Field(title=label("reason"))


class PriceForm(EditForm):
    """Another price for one person, who reads the reason."""

    price: Amount = Field(title=label("price"))
    price_reason: Sentence = Field(title=label("reason"))


class HidingForm(Form):
    """Why a course is hidden, or shown again; kept in the audit trail."""

    reason: Sentence = Field(title=label("reason"))


class RequestsForm(Form):
    """A decision about the ticked people of a list of requests, or about the one whose own button was
    pressed. `back` is the address of the list, `intake` the intake that it shows."""

    enrolment: tuple[EnrolmentId, ...] = Field((), title=label("people"), max_length=MOST_CHOSEN)
    only: EnrolmentId | None = Field(None, title=label("person"))
    intake: IntakeId | None = Field(None, title=label("intake"))
    back: str = Field("", title=label("list"), max_length=2000)

    def chosen(self) -> tuple[EnrolmentId, ...]:
        """Return the people. Raise Invalid if there are none."""
        if self.only is not None:
            return (self.only,)
        if not self.enrolment:
            raise Invalid(msg("Tick the people you want to decide about first."))
        return self.enrolment


class DeclineRequestsForm(RequestsForm):
    """A preset, words of one's own, or both: the words follow the preset."""

    preset: DeclineReason | None = Field(None, title=label("reason"))
    reason: Sentence | None = Field(None, title=label("reason in your words"))


class InvoiceForm(EditForm):
    """Without a day it is today."""

    number: str = Field(title=label("invoice number"), max_length=60)
    invoiced_on: Day | None = Field(None, title=label("date of the invoice"))


class PaymentForm(EditForm):
    """Without a day it is today."""

    paid_on: Day | None = Field(None, title=label("date of the payment"))


class UndoInvoiceForm(Form):
    """`invoice_seen` is the version of the invoice that the page showed."""

    invoice_reason: Sentence = Field(title=label("reason"))
    invoice_seen: str = Field("", max_length=LONGEST_VERSION)


class UndoPaymentForm(Form):
    """`payment_seen` is the version of the payment that the page showed. `came_from` names the list to which
    the answer leads back."""

    payment_reason: Sentence = Field(title=label("reason"))
    payment_seen: str = Field("", max_length=LONGEST_VERSION)
    came_from: Literal["invoices"] | None = None


NOT_FROM_THE_LIST: Final = msg("Open the list again and tick the invoices there.")


def read_ticked(typed: object) -> object:
    """Read what the list of invoices sends for each that is ticked: the id of the enrolment and the version
    of the invoice, with a colon between."""
    parts = [str(each).partition(":") for each in typed] if isinstance(typed, list) else []
    if not parts:
        raise ValueError(msg("Tick at least one invoice."))
    try:
        versions = {EnrolmentId(UUID(key)): version for key, _, version in parts}
    except ValueError:
        raise ValueError(NOT_FROM_THE_LIST) from None
    if len(versions) < len(parts):
        raise ValueError(NOT_FROM_THE_LIST)
    return tuple(InvoiceToPay(key, version) for key, version in versions.items())


class PayInvoicesForm(Form):
    """The payments of several invoices on one day; without a day it is today."""

    invoice: Annotated[tuple[InvoiceToPay, ...], BeforeValidator(read_ticked)] = Field(
        default=(), title=label("invoices"), max_length=PAGE_SIZE, validate_default=True
    )
    paid_on: Day | None = Field(None, title=label("date of the payment"))


class InvoiceExportForm(Form):
    """The filters of the list that is exported."""

    show: ShownInvoices = ShownInvoices.unpaid
    q: str = Field("", max_length=LONGEST_SEARCH)


def shown_invoices(typed: str | None) -> ShownInvoices:
    """Return which list of invoices an address names; without a name, the unpaid ones."""
    try:
        return ShownInvoices(typed or ShownInvoices.unpaid)
    except ValueError:
        raise Invalid(msg("There is no such list of invoices.")) from None


class ReservePlacesForm(Form):
    """The fields of the reservation screen apart from its rows of people. A higher feature that
    adds a field to the screen subclasses this and passes its class to `read_reservation`."""

    note: str | None = Field(None, title=label("note"), max_length=2000)
    override_reason: Sentence | None = Field(None, title=label("reason"))


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person to reserve a place for; `row` is the number of the row on the screen, from 1. `known_as` is
    the other name of the account that is meant, if the office has said so, and `beside` the answer that they
    are to have a place beside those in other intakes of the course."""

    row: int
    name: str
    email: str
    known_as: str | None = None
    beside: str | None = None


Screen = TypeVar("Screen", bound=ReservePlacesForm)


def read_reservation(
    submission: Submission, screen: type[Screen]
) -> tuple[Screen, tuple[NamedPerson, ...]]:
    """Return the screen's fields and the people of its rows, empty rows left out; raise Invalid with
    every message at once."""
    rows = {name: typed for name, typed in submission.fields.items() if _ROW_FIELD.match(name)}
    rest = {name: typed for name, typed in submission.fields.items() if name not in rows}
    messages: dict[str, Message] = {}
    form: Screen | None = None
    named = _named(submission, messages)
    try:
        form = screen.read(replace(submission, fields=rest))
    except Invalid as refused:
        messages.update(refused.fields)
    if not named and not messages:
        messages["name_1"] = msg("Name at least one person.")
    if messages or form is None:
        raise Invalid(msg("There is a problem with what you entered."), fields=messages)
    return form, named


def _named(submission: Submission, messages: dict[str, Message]) -> tuple[NamedPerson, ...]:
    named: list[NamedPerson] = []
    seen: dict[str, int] = {}
    for row in range(1, ROWS + 1):
        typed_name, typed_email = (submission.get(f"{field}_{row}") for field in ("name", "email"))
        if not typed_name.strip() and not typed_email.strip():
            continue
        name, email = clean_name(typed_name), normal_email(typed_email)
        if not name:
            messages[f"name_{row}"] = msg("Enter the name of person {row}.", row=row)
        elif len(name) > LONGEST_NAME:
            messages[f"name_{row}"] = msgs(
                "Use at most {n:plain} character.",
                "Use at most {n:plain} characters.",
                LONGEST_NAME,
            )
        if email is None:
            messages[f"email_{row}"] = msg(
                "Enter the e-mail address of person {row}, such as name@example.com.", row=row
            )
        elif email in seen:
            messages[f"email_{row}"] = msg(
                "This is the address of person {row} too.", row=seen[email]
            )
        else:
            seen[email] = row
            known_as, beside = (
                submission.get(f"{field}_{row}").strip() or None for field in ("same", "beside")
            )
            named.append(NamedPerson(row, name, email, known_as, beside))
    return tuple(named)


def _moment(field: str, day: date, at: time, zone: str) -> datetime:
    try:
        return moment(day, at, zone)
    except ValueError as error:
        raise Invalid(message_in(error), fields={field: message_in(error)}) from None


def midnight(field: str, day: date | None, *, today: date, zone: str) -> datetime:
    """Return the beginning of a day, of today by default. Raise Invalid for a day in the future."""
    day = today if day is None else day
    if day > today:
        message = msg("This day is in the future. Enter the day it happened.")
        raise Invalid(message, fields={field: message})
    return _moment(field, day, time(0, 0), zone)


def typed_rows(
    values: Mapping[str, object],
    account_names: Mapping[int, str] | None = None,
    other_places: Mapping[int, tuple[PlaceElsewhere, ...]] | None = None,
) -> tuple[dict[str, object], ...]:
    """Return what was typed in each row of the screen, to show it again. `account_names` are the names of
    accounts to ask about, by row, and `other_places` what people hold in other intakes."""
    asked_about = account_names or {}
    places = other_places or {}
    return tuple(
        {
            "number": row,
            "name": values.get(f"name_{row}", ""),
            "email": values.get(f"email_{row}", ""),
            "known_as": values.get(f"same_{row}", ""),
            "account_name": asked_about.get(row) or values.get(f"same_{row}", ""),
            "beside": values.get(f"beside_{row}", ""),
            "beside_answer": answer_about(place.enrolment_id for place in places.get(row, ()))
            or values.get(f"beside_{row}", ""),
            "other_places": places.get(row, ()),
        }
        for row in range(1, ROWS + 1)
    )
