"""How long an act can be undone."""

from datetime import timedelta

import pytest

from app.kit.undo_time import UNDO_TIME, may_undo, seconds_to_undo
from tests.make import NOW

TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("passed", "may", "left"),
    [
        (timedelta(), True, 10),
        (timedelta(seconds=9.5), True, 0),
        (UNDO_TIME - TICK, True, 0),
        (UNDO_TIME, False, 0),
        (UNDO_TIME + TICK, False, 0),
        (timedelta(days=1), False, 0),
        # The server that decided has a clock that is a little ahead of this one.
        (-timedelta(seconds=1), True, 11),
    ],
)
def test_an_act_can_be_undone_until_its_time_is_over(passed, may, left):
    assert may_undo(NOW, NOW + passed) is may
    assert seconds_to_undo(NOW, NOW + passed) == left
