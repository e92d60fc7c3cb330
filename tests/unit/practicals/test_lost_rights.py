"""The rule of what ends with a right, as tables."""

from datetime import timedelta

import pytest

from app.kit.ids import PracticalId, new_uuid
from app.practicals.domain.lost_rights import lost_right, read_waived, seat_may_end, written
from app.practicals.domain.seats import Attendance, Overlap, PracticalsReason
from tests.make import NOW
from tests.make.practicals import a_practical_value, some_facts


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({}, None),
        ({"is_active": False}, PracticalsReason.account),
        ({"is_student": False}, PracticalsReason.role),
        ({"has_place": False}, PracticalsReason.no_place),
        ({"is_active": False, "is_student": False, "has_place": False}, PracticalsReason.account),
        ({"modules_missing": ("The skin",)}, None),
        ({"has_certificate_name": False}, None),
        ({"is_confirmed": False}, None),
        ({"overlap": Overlap(PracticalId(new_uuid()), "Other", NOW, "UTC")}, None),
    ],
)
def test_only_account_role_and_place_are_needed_for_ever(changes, lost):
    assert lost_right(a_practical_value(), some_facts(**changes)) is lost


def test_a_day_of_another_intake_is_lost_too():
    practical = a_practical_value(intake_id=PracticalId(new_uuid()))
    assert lost_right(practical, some_facts(is_in_intake=False)) is PracticalsReason.other_intake
    assert lost_right(practical, some_facts(is_in_intake=True)) is None


@pytest.mark.parametrize(
    ("changes", "waived", "lost"),
    [
        ({"has_place": False}, {PracticalsReason.no_place}, None),
        ({"is_student": False}, {PracticalsReason.no_place}, PracticalsReason.role),
        ({"is_student": False}, {PracticalsReason.role}, None),
        ({"has_place": False}, {PracticalsReason.other_intake}, PracticalsReason.no_place),
        ({"is_active": False}, set(PracticalsReason), PracticalsReason.account),
    ],
)
def test_what_an_admin_passed_over_ends_nothing_but_for_a_closed_account(changes, waived, lost):
    assert lost_right(a_practical_value(), some_facts(**changes), waived=waived) is lost


def test_a_seat_ends_before_the_start_and_not_under_somebody_present():
    practical = a_practical_value(starts_at=NOW + timedelta(hours=1))
    assert seat_may_end(practical, None, NOW)
    assert seat_may_end(practical, Attendance.absent, NOW)
    assert not seat_may_end(practical, Attendance.attended, NOW)
    assert not seat_may_end(practical, None, practical.starts_at)
    assert seat_may_end(practical, None, practical.starts_at - timedelta(microseconds=1))


def test_waived_reasons_are_kept_as_words():
    assert written(()) is None
    assert written((PracticalsReason.full, PracticalsReason.modules)) is None
    assert (
        written((PracticalsReason.other_intake, PracticalsReason.full, PracticalsReason.no_place))
        == "no_place,other_intake"
    )
    assert written(reason for reason in (PracticalsReason.no_place,)) == "no_place"  # read once
    assert read_waived("no_place,other_intake") == {
        PracticalsReason.no_place,
        PracticalsReason.other_intake,
    }
    assert read_waived("no_place,a word of a later version") == {PracticalsReason.no_place}
    assert read_waived(None) == frozenset()
