"""How long a place is kept for a student who has not decided yet."""

from datetime import timedelta

from app.practicals.domain.holds import first_deadline, later_deadline, was_extended
from tests.make import NOW


def test_a_hold_lasts_ten_minutes_and_once_ten_more():
    first = first_deadline(NOW)
    assert first == NOW + timedelta(minutes=10)
    assert not was_extended(NOW, first)
    later = later_deadline(first)
    assert later == NOW + timedelta(minutes=20)
    assert was_extended(NOW, later)
