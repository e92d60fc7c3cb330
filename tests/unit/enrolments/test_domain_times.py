"""What turns with time: the window of reservations, the waiting list, and what ends with an account."""

from datetime import timedelta

import pytest

from app.enrolments import domain
from app.enrolments.domain import EnrolmentState, RequestWindow, Window
from app.kit.messages import msg
from tests.make import NOW
from tests.make.enrolments import some_fields

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
State = EnrolmentState


@pytest.mark.parametrize(
    ("opens", "closes", "window", "at"),
    [
        (TICK, DAY, Window.before, TICK),
        (0 * DAY, DAY, Window.within, DAY),
        (-DAY, TICK, Window.within, TICK),
        (-DAY, 0 * DAY, Window.after, 0 * DAY),
        (DAY, -DAY, Window.after, -DAY),
    ],
)
def test_what_is_said_of_the_time_of_reservations(opens, closes, window, at):
    period = domain.request_window(NOW + opens, NOW + closes, NOW)
    assert period == RequestWindow(window, NOW + at)


@pytest.mark.parametrize(
    ("state", "closes", "expected"),
    [
        (State.waiting, TICK, State.waiting),
        (State.waiting, 0 * DAY, State.closed),
        (State.requested, 0 * DAY, State.requested),
        (State.confirmed, -DAY, State.confirmed),
        (State.closed, DAY, State.closed),
    ],
)
def test_nobody_is_shown_as_waiting_on_a_list_that_is_over(state, closes, expected):
    assert domain.state_now(state, NOW + closes, NOW) is expected
    assert domain.is_list_over(NOW + closes, NOW) is (closes <= 0 * DAY)


@pytest.mark.parametrize(
    ("state", "starts", "closes", "ends"),
    [
        (State.requested, -DAY, -DAY, True),
        (State.waiting, -DAY, -DAY, True),
        (State.confirmed, DAY, -DAY, True),
        (State.confirmed, 0 * DAY, TICK, True),
        (State.confirmed, -DAY, TICK, True),
        (State.confirmed, 0 * DAY, 0 * DAY, False),
        (State.confirmed, -DAY, -DAY, False),
        (State.declined, DAY, DAY, False),
        (State.cancelled, DAY, DAY, False),
        (State.closed, DAY, DAY, False),
    ],
)
def test_which_places_end_with_the_account(state, starts, closes, ends):
    """A confirmed place in a begun intake that takes nobody any more is the record of who was in it."""
    assert (
        domain.ends_with_account(
            state, starts_on=(NOW + starts).date(), closes_at=NOW + closes, now=NOW
        )
        is ends
    )


def test_reservations_close_after_they_open():
    opens = some_fields().opens_at
    message = {"closes_on": msg("Reservations must close after they open.")}
    assert domain.intake_problems(some_fields(closes_at=opens)) == message
    assert domain.intake_problems(some_fields(closes_at=opens - TICK)) == message
    assert domain.intake_problems(some_fields(closes_at=opens + TICK)) == {}


def test_a_version_is_made_from_what_its_form_writes():
    fields = some_fields()
    assert domain.intake_record(fields) == {
        "title": fields.title,
        "starts_on": fields.starts_on,
        "price_pence": fields.price_pence,
        "places": fields.places,
        "opens_at": fields.opens_at,
        "closes_at": fields.closes_at,
    }
    assert domain.invoice_record("2026-1", NOW) == {"number": "2026-1", "invoiced_on": NOW}
    assert domain.payment_record(NOW) == {"paid_on": NOW}
