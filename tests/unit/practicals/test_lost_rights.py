"""The rule of what ends with a right, as tables."""

from datetime import timedelta

import pytest

from app.kit.ids import PracticalId, new_uuid
from app.practicals.domain.lost_rights import lost_right, read_waived, seat_may_end, written
from app.practicals.domain.seats import Attendance, Overlap, Reason
from tests.make import NOW
from tests.make.practicals import a_gate, some_facts


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({}, None),
        ({"is_active": False}, Reason.account),
        ({"is_student": False}, Reason.role),
        ({"has_place": False}, Reason.no_place),
        ({"is_active": False, "is_student": False, "has_place": False}, Reason.account),
        ({"modules_missing": ("The skin",)}, None),
        ({"has_certificate_name": False}, None),
        ({"is_confirmed": False}, None),
        ({"overlap": Overlap(PracticalId(new_uuid()), "Other", NOW, "UTC")}, None),
    ],
)
def test_only_account_role_and_place_are_needed_for_ever(changes, lost):
    assert lost_right(a_gate(), some_facts(**changes)) is lost


def test_a_day_of_another_intake_is_lost_too():
    gate = a_gate(intake_id=PracticalId(new_uuid()))
    assert lost_right(gate, some_facts(is_in_intake=False)) is Reason.other_intake
    assert lost_right(gate, some_facts(is_in_intake=True)) is None


@pytest.mark.parametrize(
    ("changes", "waived", "lost"),
    [
        ({"has_place": False}, {Reason.no_place}, None),
        ({"is_student": False}, {Reason.no_place}, Reason.role),
        ({"is_student": False}, {Reason.role}, None),
        ({"has_place": False}, {Reason.other_intake}, Reason.no_place),
        ({"is_active": False}, set(Reason), Reason.account),
    ],
)
def test_what_an_admin_passed_over_ends_nothing_but_for_a_closed_account(changes, waived, lost):
    assert lost_right(a_gate(), some_facts(**changes), waived=waived) is lost


def test_a_seat_ends_before_the_start_and_not_under_somebody_present():
    gate = a_gate(starts_at=NOW + timedelta(hours=1))
    assert seat_may_end(gate, None, NOW)
    assert seat_may_end(gate, Attendance.absent, NOW)
    assert not seat_may_end(gate, Attendance.attended, NOW)
    assert not seat_may_end(gate, None, gate.starts_at)
    assert seat_may_end(gate, None, gate.starts_at - timedelta(microseconds=1))


def test_waived_reasons_are_kept_as_words():
    assert written(()) is None
    assert written((Reason.full, Reason.modules)) is None
    assert written((Reason.other_intake, Reason.full, Reason.no_place)) == "no_place,other_intake"
    assert read_waived("no_place,other_intake") == {Reason.no_place, Reason.other_intake}
    assert read_waived("no_place,a word of a later version") == {Reason.no_place}
    assert read_waived(None) == frozenset()
