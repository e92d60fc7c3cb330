"""The rules of places, as tables and as promises that hold for any history."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.enrolments import domain
from app.enrolments.domain import Decision, EnrolmentState, IntakeStatus
from app.enrolments.reasons import EnrolmentsReason
from app.kit.ids import EnrolmentId, new_uuid
from tests.make import NOW
from tests.make.enrolments import an_intake_value, some_fields
from tests.make.places import STARTS_ON

MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
State = EnrolmentState


@pytest.mark.parametrize(
    ("intake", "own", "is_confirmed", "expected"),
    [
        (an_intake_value(), None, True, None),
        (an_intake_value(places=0), None, True, None),
        (an_intake_value(), State.declined, True, None),
        (an_intake_value(), State.cancelled, True, None),
        (an_intake_value(), State.requested, True, EnrolmentsReason.already_requested),
        (an_intake_value(), State.confirmed, True, EnrolmentsReason.already_confirmed),
        (an_intake_value(), State.waiting, True, EnrolmentsReason.already_waiting),
        (an_intake_value(status=IntakeStatus.draft), None, True, EnrolmentsReason.intake_draft),
        (
            an_intake_value(status=IntakeStatus.cancelled),
            None,
            True,
            EnrolmentsReason.intake_cancelled,
        ),
        (an_intake_value(opens_at=NOW), None, True, None),
        (an_intake_value(opens_at=NOW + MOMENT), None, True, EnrolmentsReason.not_open_yet),
        (an_intake_value(closes_at=NOW + MOMENT), None, True, None),
        (an_intake_value(closes_at=NOW), None, True, EnrolmentsReason.closed),
        (an_intake_value(), None, False, EnrolmentsReason.address_unconfirmed),
        (an_intake_value(closes_at=NOW), None, False, EnrolmentsReason.closed),
    ],
)
def test_who_may_ask_for_a_place(intake, own, is_confirmed, expected):
    assert domain.request_refusal(intake, own, is_confirmed=is_confirmed, now=NOW) is expected


@pytest.mark.parametrize(
    ("taken", "waiting", "expected"),
    [
        (9, 0, Decision.request),
        (10, 0, Decision.wait),
        (11, 0, Decision.wait),
        (9, 1, Decision.wait),
    ],
)
def test_nobody_is_overtaken(taken, waiting, expected):
    assert domain.decision(an_intake_value(taken=taken), waiting=waiting) is expected


@pytest.mark.parametrize(
    ("intake", "waiting", "expected"),
    [
        (an_intake_value(taken=8), 5, 2),
        (an_intake_value(taken=8), 1, 1),
        (an_intake_value(taken=10), 5, 0),
        (an_intake_value(taken=12, override=2), 5, 0),
        (an_intake_value(taken=8, closes_at=NOW), 5, 0),
        (an_intake_value(taken=8, status=IntakeStatus.draft), 5, 0),
        (an_intake_value(taken=8, status=IntakeStatus.cancelled), 5, 0),
    ],
)
def test_how_many_are_promoted(intake, waiting, expected):
    assert domain.promotions(intake, waiting=waiting, now=NOW) == expected


@pytest.mark.parametrize(
    ("intake", "needed", "others", "reason", "expected"),
    [
        (an_intake_value(taken=8), 2, 0, None, None),
        (an_intake_value(taken=8), 3, 0, None, EnrolmentsReason.too_few_places),
        (an_intake_value(taken=8), 3, 0, "A promise", None),
        (an_intake_value(taken=8), 1, 1, None, EnrolmentsReason.others_wait),
        (an_intake_value(taken=8), 1, 1, "A promise", None),
        (an_intake_value(taken=10), 0, 1, None, None),
        (an_intake_value(closes_at=NOW), 1, 0, None, None),
        (an_intake_value(status=IntakeStatus.draft), 1, 0, None, None),
        (
            an_intake_value(status=IntakeStatus.cancelled),
            1,
            0,
            "A promise",
            EnrolmentsReason.intake_cancelled,
        ),
    ],
)
def test_what_the_office_may_reserve(intake, needed, others, reason, expected):
    refusal = domain.reserve_refusal(
        intake, needed=needed, others_waiting=others, override_reason=reason
    )
    assert refusal is expected


@pytest.mark.parametrize(
    ("state", "confirm", "decline", "cancel", "money"),
    [
        (State.requested, None, None, EnrolmentsReason.ended, None),
        (
            State.confirmed,
            EnrolmentsReason.not_requested,
            EnrolmentsReason.not_requested,
            None,
            None,
        ),
        (
            State.waiting,
            EnrolmentsReason.not_requested,
            None,
            EnrolmentsReason.ended,
            EnrolmentsReason.ended,
        ),
        (
            State.declined,
            EnrolmentsReason.not_requested,
            EnrolmentsReason.not_requested,
            EnrolmentsReason.ended,
            EnrolmentsReason.ended,
        ),
        (
            State.cancelled,
            EnrolmentsReason.not_requested,
            EnrolmentsReason.not_requested,
            EnrolmentsReason.ended,
            EnrolmentsReason.ended,
        ),
    ],
)
def test_what_may_be_done_from_each_state(state, confirm, decline, cancel, money):
    assert domain.confirm_refusal(an_intake_value(), state) is confirm
    assert domain.decline_refusal(state) is decline
    assert domain.cancel_refusal(state) is cancel
    assert domain.money_refusal(state) is money


def test_nothing_is_confirmed_in_a_cancelled_intake():
    intake = an_intake_value(status=IntakeStatus.cancelled)
    assert domain.confirm_refusal(intake, State.requested) is EnrolmentsReason.intake_cancelled


@pytest.mark.parametrize(
    ("state", "today", "expected"),
    [
        (State.requested, STARTS_ON + DAY, None),
        (State.waiting, STARTS_ON + DAY, None),
        (State.confirmed, STARTS_ON - DAY, None),
        (State.confirmed, STARTS_ON, EnrolmentsReason.started),
        (State.declined, STARTS_ON - DAY, EnrolmentsReason.ended),
        (State.cancelled, STARTS_ON - DAY, EnrolmentsReason.ended),
    ],
)
def test_who_may_withdraw(state, today, expected):
    assert domain.withdraw_refusal(an_intake_value(), state, today=today) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (IntakeStatus.draft, None),
        (IntakeStatus.open, EnrolmentsReason.already_open),
        (IntakeStatus.cancelled, EnrolmentsReason.intake_cancelled),
    ],
)
def test_which_intake_opens(status, expected):
    assert domain.open_refusal(status) is expected


@pytest.mark.parametrize(
    ("intake", "places", "reason", "expected"),
    [
        (an_intake_value(taken=6), 6, None, None),
        (an_intake_value(taken=6), 5, None, EnrolmentsReason.places_below_taken),
        (an_intake_value(taken=6), 5, "A room was lost", None),
        (an_intake_value(taken=6, places=4, override=2), 4, None, None),
        (an_intake_value(taken=6, places=4, override=2), 5, None, None),
        (
            an_intake_value(taken=6, places=4, override=2),
            3,
            None,
            EnrolmentsReason.places_below_taken,
        ),
        (
            an_intake_value(status=IntakeStatus.cancelled),
            10,
            "Because",
            EnrolmentsReason.intake_cancelled,
        ),
    ],
)
def test_which_change_needs_a_reason(intake, places, reason, expected):
    assert domain.change_refusal(intake, some_fields(places=places), reason=reason) is expected


def test_a_window_must_have_a_length():
    assert domain.intake_problems(some_fields()) == {}
    assert "closes_on" in domain.intake_problems(some_fields(closes_at=some_fields().opens_at))


@pytest.mark.parametrize(("places", "taken", "expected"), [(10, 9, 0), (10, 10, 0), (10, 12, 2)])
def test_override_is_the_overhang(places, taken, expected):
    assert domain.override_for(places=places, taken=taken) == expected
    assert an_intake_value(places=places, taken=taken).places_left == max(0, places - taken)


def test_positions_follow_the_numbers_drawn():
    """Not the ids, which tell who asked first; two of one number, which cannot be, keep one order."""
    first, two, three, four = sorted(EnrolmentId(new_uuid()) for _ in range(4))
    assert domain.positions([(first, 9), (four, 2), (three, 4), (two, 4)]) == {
        four: 1,
        two: 2,
        three: 3,
        first: 4,
    }
    assert domain.positions([]) == {}


@pytest.mark.parametrize("reason", EnrolmentsReason)
def test_every_reason_says_what_to_do(reason):
    refusal = reason.refusal
    assert refusal.reason == reason
    assert str(refusal.message).endswith(".")
    assert str(refusal.remedy).endswith(".")
    assert "!" not in str(refusal.words)


@given(
    places=st.integers(0, 5),
    story=st.lists(st.tuples(st.sampled_from(["ask", "leave"]), st.integers(0, 7)), max_size=40),
)
def test_places_are_never_oversold_and_nobody_waits_beside_one(places, story):
    """Whatever order people come and go in: the rules alone, played through without a database."""
    intake = an_intake_value(places=places)
    holders: list[int] = []
    queue: list[int] = []
    for verb, person in story:
        is_inside = person in holders or person in queue
        if verb == "ask" and not is_inside:
            outcome = domain.decision(intake, waiting=len(queue))
            (holders if outcome is Decision.request else queue).append(person)
        elif verb == "leave" and is_inside:
            (holders if person in holders else queue).remove(person)
        intake = replace(intake, taken=len(holders))
        moved = domain.promotions(intake, waiting=len(queue), now=NOW)
        holders, queue = holders + queue[:moved], queue[moved:]
        intake = replace(intake, taken=len(holders))

        assert len(holders) <= places
        assert not (queue and len(holders) < places)


A_PLACE = EnrolmentId(UUID("01a22c00-0000-7000-8000-000000000001"))
ANOTHER = EnrolmentId(UUID("01a22c00-0000-7000-8000-000000000002"))


@pytest.mark.parametrize(
    ("here", "elsewhere", "answer", "expected"),
    [
        (None, [], None, None),
        (None, [], str(A_PLACE), None),
        (None, [A_PLACE], None, EnrolmentsReason.other_place),
        (State.requested, [A_PLACE], None, EnrolmentsReason.other_place),
        (State.waiting, [A_PLACE], "yes", EnrolmentsReason.other_place),
        (State.confirmed, [A_PLACE], None, None),
        (None, [A_PLACE], str(A_PLACE), None),
        (None, [A_PLACE], str(ANOTHER), EnrolmentsReason.other_place),
        (None, [A_PLACE, ANOTHER], str(A_PLACE), EnrolmentsReason.other_place),
        (None, [A_PLACE, ANOTHER], domain.answer_about([ANOTHER, A_PLACE]), None),
    ],
)
def test_a_second_place_on_a_course_needs_the_answer_about_exactly_the_others(
    here, elsewhere, answer, expected
):
    assert domain.second_place_refusal(here, elsewhere, answer=answer) is expected
