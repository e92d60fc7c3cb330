"""When a decision of the office can be undone."""

from datetime import timedelta

import pytest

from app.enrolments.domain import DecisionToUndo, EnrolmentState, IntakeStatus, undo_refusal
from app.enrolments.reasons import EnrolmentsReason
from app.kit.undo_time import UNDO_TIME
from tests.make import NOW
from tests.make.enrolments import an_intake_value

State, Reason = EnrolmentState, EnrolmentsReason
CONFIRMED = (State.requested, State.confirmed)
DECLINED = (State.requested, State.declined)
OFF_THE_LIST = (State.waiting, State.declined)


def a_decision(
    states: tuple[State, State],
    *,
    moved_up: tuple[State, ...] = (),
    override: int = 0,
    is_undone: bool = False,
    **meanwhile: bool,
) -> DecisionToUndo:
    before, after = states
    return DecisionToUndo(before, after, override, NOW, is_undone, moved_up, **meanwhile)


@pytest.mark.parametrize(
    ("states", "moved_up", "needed"),
    [
        (CONFIRMED, (), 0),
        (DECLINED, (), 1),
        (DECLINED, (State.requested,), 0),
        (DECLINED, (State.requested, State.requested), -1),
        (OFF_THE_LIST, (), 0),
    ],
)
def test_how_many_places_undoing_takes(states, moved_up, needed):
    assert a_decision(states, moved_up=moved_up).places_needed == needed


@pytest.mark.parametrize(
    ("decision", "intake", "expected"),
    [
        (a_decision(CONFIRMED), {}, None),
        (a_decision(DECLINED), {}, None),
        (a_decision(OFF_THE_LIST), {}, None),
        (None, {}, Reason.nothing_to_undo),
        (a_decision(CONFIRMED, is_undone=True), {}, Reason.already_undone),
        (a_decision(CONFIRMED), {"status": IntakeStatus.cancelled}, Reason.intake_cancelled),
        # The place went to somebody who asked in between.
        (a_decision(DECLINED), {"taken": 9}, None),
        (a_decision(DECLINED), {"taken": 10}, Reason.place_went_on),
        # Who moved up gives the place back, unless they were decided in between.
        (a_decision(DECLINED, moved_up=(State.requested,)), {"taken": 10}, None),
        (a_decision(DECLINED, moved_up=(State.confirmed,)), {"taken": 10}, Reason.place_went_on),
        (a_decision(DECLINED, moved_up=(State.cancelled,)), {"taken": 9}, Reason.place_went_on),
        (a_decision(DECLINED, is_invoiced_on=True), {"taken": 9}, Reason.place_went_on),
        # What became of the person in between.
        (a_decision(DECLINED, asked_again=True), {"taken": 10}, Reason.asked_again),
        (a_decision(OFF_THE_LIST, asked_again=True), {}, Reason.asked_again),
        (a_decision(CONFIRMED, is_closed=True), {}, None),  # the office kept its places
        (a_decision(OFF_THE_LIST, is_closed=True), {}, Reason.holder_closed),
        (a_decision(DECLINED, is_closed=True, asked_again=True), {}, Reason.holder_closed),
        # An intake that ran over runs over again by as many, and by no more.
        (a_decision(DECLINED, override=2), {"taken": 11, "override": 1}, None),
        (a_decision(DECLINED, override=2), {"taken": 12, "override": 2}, Reason.place_went_on),
    ],
)
def test_what_can_be_undone(decision, intake, expected):
    state = decision.state_after if decision else State.requested
    decided_at = NOW if decision else None
    assert undo_refusal(decision, an_intake_value(**intake), state, decided_at, now=NOW) is expected


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (UNDO_TIME - timedelta(microseconds=1), None),
        (UNDO_TIME, Reason.mail_has_left),
        (timedelta(days=3), Reason.mail_has_left),
    ],
)
def test_after_ten_seconds_the_mail_has_left(passed, expected):
    decision, intake = a_decision(CONFIRMED), an_intake_value()
    assert undo_refusal(decision, intake, State.confirmed, NOW, now=NOW + passed) is expected


@pytest.mark.parametrize(
    ("state", "decided_at"),
    [
        (State.cancelled, NOW + timedelta(seconds=2)),
        (State.confirmed, NOW + timedelta(seconds=2)),
        (State.requested, None),
    ],
)
def test_what_was_decided_anew_is_left_alone(state, decided_at):
    refusal = undo_refusal(
        a_decision(CONFIRMED),
        an_intake_value(),
        state,
        decided_at,
        now=NOW + timedelta(seconds=3),
    )
    assert refusal is Reason.decided_anew
