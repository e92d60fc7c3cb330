"""What people type in the office's forms, read or refused with a message per field."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.enrolments.domain import EnrolmentState, answer_about
from app.enrolments.errors import PlaceElsewhere
from app.enrolments.forms import (
    IntakeForm,
    PaymentForm,
    ReservePlacesForm,
    midnight,
    read_reservation,
    typed_rows,
)
from app.kit.currency import Currency
from app.kit.errors import Invalid
from app.kit.ids import EnrolmentId
from app.web.forms import Submission

LONDON = "Europe/London"
POUNDS = Currency("GBP")
TYPED = {
    "title": "Spring",
    "starts_on": "8 March 2027",
    "price": "£1,250.50",
    "places": "12",
    "opens_on": "1 Dec 2026",
    "opens_time": "9.00",
    "closes_on": "2027-03-01",
    "closes_time": "17:30",
}


def submission(fields: dict[str, str]) -> Submission:
    return Submission({name: (typed,) for name, typed in fields.items()})


def test_an_intake_is_read_in_the_academys_zone():
    fields = IntakeForm.read(submission(TYPED), currency=POUNDS).fields_in(LONDON)
    assert fields.price_pence == 125_050
    assert fields.opens_at == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert fields.closes_at == datetime(2027, 3, 1, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("title", "", "Enter the name of the intake."),
        ("starts_on", "", "Enter the start date."),
        ("starts_on", "soon", "Enter a date such as 8 December 2026 or 2026-12-08."),
        ("price", "free", "Enter an amount in pounds, such as 1250 or 1,250.50."),
        ("places", "0", "Enter 1 or more."),
        ("places", "many", "Enter a whole number."),
        ("opens_time", "early", "Enter a time such as 10:00 or 17:30."),
        ("reason", "x", "Use at least 3 characters."),
    ],
)
def test_each_field_has_its_message(field, typed, message):
    with pytest.raises(Invalid) as refused:
        IntakeForm.read(submission({**TYPED, field: typed}), currency=POUNDS)
    assert {name: str(said) for name, said in refused.value.fields.items()} == {field: message}


def test_a_field_that_the_form_does_not_have_concerns_the_whole_form():
    with pytest.raises(Invalid) as refused:
        IntakeForm.read(submission({**TYPED, "status": "open"}), currency=POUNDS)
    assert list(refused.value.fields) == ["form"]
    assert "has no field “status”" in str(refused.value.fields["form"])


def test_a_skipped_hour_is_refused_at_its_field():
    form = IntakeForm.read(
        submission({**TYPED, "opens_on": "28 March 2027", "opens_time": "01:30"}), currency=POUNDS
    )
    with pytest.raises(Invalid) as refused:
        form.fields_in(LONDON)
    assert list(refused.value.fields) == ["opens_time"]


def test_a_payment_cannot_lie_in_the_future():
    paid_on = PaymentForm.read(submission({"paid_on": "2 December 2026"})).paid_on
    today = date(2026, 12, 1)
    with pytest.raises(Invalid) as refused:
        midnight("paid_on", paid_on, today=today, zone=LONDON)
    assert list(refused.value.fields) == ["paid_on"]
    assert midnight("paid_on", today, today=today, zone=LONDON) == datetime(2026, 12, 1, tzinfo=UTC)


def test_rows_of_people_are_read_and_empty_ones_left_out():
    form, named = read_reservation(
        submission(
            {
                "name_1": " Ann Ames ",
                "email_1": "Ann@Example.org",
                "name_2": "",
                "email_2": " ",
                "name_10": "Ben Bo",
                "email_10": "ben@example.org",
                "note": "Clinic Ltd",
            }
        ),
        ReservePlacesForm,
    )
    assert form.note == "Clinic Ltd"
    assert [(person.row, person.name, person.email) for person in named] == [
        (1, "Ann Ames", "ann@example.org"),
        (10, "Ben Bo", "ben@example.org"),
    ]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, ["name_1"]),
        ({"name_1": "Ann"}, ["email_1"]),
        ({"email_1": "ann@example.org"}, ["name_1"]),
        ({"name_1": "Ann", "email_1": "ann@example"}, ["email_1"]),
        ({"name_1": "Ann", "email_1": "ann example@x.org"}, ["email_1"]),
        ({"name_1": "A" * 201, "email_1": "ann@example.org"}, ["name_1"]),
        ({"name_1": "Ann", "email_1": f"{'a' * 320}@example.org"}, ["email_1"]),
        (
            {
                "name_1": "Ann",
                "email_1": "ann@example.org",
                "name_2": "Anna",
                "email_2": "ANN@example.org",
            },
            ["email_2"],
        ),
        ({"name_1": "Ann", "override_reason": "x"}, ["email_1", "override_reason"]),
        ({"name_11": "Ann"}, ["form"]),
        ({"name_1": "\u200d", "email_1": "ann@example.org"}, ["name_1"]),
        ({"name_1": "Ann", "email_1": "é@example.org"}, ["email_1"]),
    ],
)
def test_rows_that_cannot_be_read_are_named(typed, wrong):
    with pytest.raises(Invalid) as refused:
        read_reservation(submission(typed), ReservePlacesForm)
    assert list(refused.value.fields) == wrong


def test_what_was_typed_in_rows_is_kept():
    rows = typed_rows({"name_2": "Ben", "email_2": "ben@", "same_3": "Bo Lee"}, {2: "Ben Bold"})
    assert len(rows) == 10
    typed = {"number": 2, "name": "Ben", "email": "ben@"}
    no_places = {"beside": "", "beside_answer": "", "other_places": ()}
    assert rows[1] == {**typed, **no_places, "known_as": "", "account_name": "Ben Bold"}
    assert (rows[2]["known_as"], rows[2]["account_name"]) == ("Bo Lee", "Bo Lee")
    assert rows[0]["name"] == ""


def test_a_place_elsewhere_is_asked_about_in_its_row_until_it_is_answered():
    place = PlaceElsewhere(
        EnrolmentId(UUID(int=5)), EnrolmentState.waiting, "Facials", "Spring", date(2027, 3, 1)
    )
    answer = answer_about([place.enrolment_id])
    rows = typed_rows({"name_1": "Ann", "beside_2": "an old one"}, None, {1: (place,), 2: (place,)})
    assert [row["beside_answer"] for row in rows[:3]] == [answer, answer, ""]
    assert [row["beside"] for row in rows[:3]] == ["", "an old one", ""]
    typed = submission({"name_1": "Ann", "email_1": "ann@example.org", "beside_1": f" {answer} "})
    _, (ann,) = read_reservation(typed, ReservePlacesForm)
    assert (ann.beside, ann.known_as) == (answer, None)
