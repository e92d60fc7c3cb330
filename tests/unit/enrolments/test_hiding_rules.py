"""When a course may be hidden."""

from datetime import timedelta

import pytest

from app.enrolments.domain import IntakeStatus
from app.enrolments.hiding_rules import hide_refusal, show_refusal, takes_requests
from app.enrolments.reasons import EnrolmentsReason
from tests.make import NOW

A_MOMENT = timedelta(microseconds=1)
STATES = [
    (IntakeStatus.open, NOW + A_MOMENT, True),
    (IntakeStatus.open, NOW, False),
    (IntakeStatus.open, NOW - A_MOMENT, False),
    (IntakeStatus.draft, NOW + A_MOMENT, False),
    (IntakeStatus.cancelled, NOW + A_MOMENT, False),
]


@pytest.mark.parametrize(("status", "closes_at", "takes"), STATES)
def test_an_open_intake_takes_requests_until_it_closes(status, closes_at, takes):
    assert takes_requests(status, closes_at, NOW) is takes
    refusal = EnrolmentsReason.intake_takes_requests if takes else None
    intakes = [(IntakeStatus.cancelled, NOW + A_MOMENT), (status, closes_at)]
    assert hide_refusal(is_hidden=False, intakes=intakes, now=NOW) == refusal


def test_a_hidden_course_is_not_hidden_twice():
    intakes = [(IntakeStatus.open, NOW + A_MOMENT)]
    assert hide_refusal(is_hidden=True, intakes=intakes, now=NOW) == EnrolmentsReason.hidden_already


def test_only_a_hidden_course_is_shown_again():
    assert show_refusal(is_hidden=True) is None
    assert show_refusal(is_hidden=False) == EnrolmentsReason.shown_already
