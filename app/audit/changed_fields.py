"""The fields whose changes the audit trail records, each with the words that name it.

A new field is a member here. It says by itself how much of a change may be stored (`Exposure`).
"""

from enum import StrEnum
from typing import Final, Self

from app.kit.messages import Message, Text, msg


class Exposure(StrEnum):
    """How much of a change the trail may hold."""

    values = "values"
    """The old and the new value, for ever."""
    personal = "personal"
    """The old and the new value, until the data of the person are deleted."""
    hidden = "hidden"
    """Only that the field changed, never a value."""


class ChangedField(StrEnum):
    """One field of something that changed."""

    label: Message
    exposure: Exposure

    def __new__(cls, value: str, label: Message, exposure: Exposure = Exposure.values) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.exposure = exposure
        return member

    person_name = "name", msg("Name"), Exposure.personal
    certificate_name = "certificate_name", msg("Name on certificate"), Exposure.personal
    email = "email", msg("E-mail address"), Exposure.hidden
    phone = "phone", msg("Phone"), Exposure.hidden
    emergency_contact = "emergency_contact", msg("Emergency contact"), Exposure.hidden
    address = "address", msg("Address"), Exposure.hidden
    registration_number = "registration_number", msg("Registration number"), Exposure.hidden
    is_medical = "is_medical", msg("Medical background"), Exposure.hidden
    profession = "profession", msg("Profession"), Exposure.hidden
    access_needs = "access_needs", msg("Access needs"), Exposure.hidden
    roles = "roles", msg("Roles")
    language = "language", msg("Language")
    theme = "theme", msg("Appearance")
    thing_title = "title", msg("Title")
    state = "state", msg("State")
    note = "note", msg("Note")
    price = "price", msg("Price")
    capacity = "capacity", msg("Places")
    starts_on = "starts_on", msg("Start date")
    ends_on = "ends_on", msg("End date")
    starts_at = "starts_at", msg("Start")
    ends_at = "ends_at", msg("End")
    zone = "zone", msg("Time zone")
    room = "room", msg("Room")
    series = "series", msg("Series")
    instructors = "instructors", msg("Instructors")
    intake = "intake", msg("Intake")
    booking_opens_at = "booking_opens_at", msg("Booking opens")
    booking_closes_at = "booking_closes_at", msg("Booking closes")
    cancel_until = "cancel_until", msg("Cancel until")
    attendance = "attendance", msg("Attendance")
    invoice_number = "invoice_number", msg("Invoice number")
    invoiced_on = "invoiced_on", msg("Invoiced on")
    paid_on = "paid_on", msg("Paid on")
    valid_until = "valid_until", msg("Valid until")
    attempts_allowed = "attempts_allowed", msg("Attempts allowed")
    visibility = "visibility", msg("Visibility")


_BY_NAME: Final = {field.value: field for field in ChangedField}


def field_label(name: str) -> Text:
    """Return the words of a stored field; one that only a later version knows is named by its stored word."""
    if name in _BY_NAME:
        return _BY_NAME[name].label
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
