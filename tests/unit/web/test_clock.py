"""The server's clock: even time is passed on, a jump is believed only when it lasts."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.web.clock import BELIEVED_AFTER, SteadyClock, clock_for, doubt_about, seconds_passed
from tests.make import NOW

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


@dataclass
class Machine:
    """A machine whose clock can be set; `passed` counts what really passes."""

    passed: timedelta = timedelta()
    wrong: timedelta = timedelta()

    def wait(self, span: timedelta) -> None:
        self.passed += span

    @property
    def right(self):
        return NOW + self.passed

    def seconds(self) -> float:
        return self.passed.total_seconds()

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: self.right + self.wrong, self.seconds)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.mark.parametrize("jump", [HOUR, -HOUR, timedelta(days=365), timedelta(minutes=3)])
def test_three_seconds_of_a_wrong_hour_are_not_believed(machine, jump):
    """V21: they ended a running final test for good."""
    clock = machine.clock()
    assert clock() == NOW
    machine.wait(MINUTE)
    machine.wrong = jump
    for _ in range(4):
        assert clock() == machine.right
        assert doubt_about(clock) == jump
        machine.wait(SECOND)
    machine.wrong = timedelta()
    assert clock() == machine.right
    assert doubt_about(clock) is None


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_what_lasts_is_believed(machine, jump):
    clock = machine.clock()
    clock()
    machine.wrong = jump
    assert clock() == machine.right
    machine.wait(BELIEVED_AFTER - SECOND)
    assert clock() == machine.right
    machine.wait(SECOND)
    assert clock() == machine.right + jump
    assert doubt_about(clock) is None
    machine.wrong = timedelta()  # and back again: doubted anew
    assert clock() == machine.right + jump


def test_a_second_jump_is_doubted_as_long_as_the_first(machine):
    clock = machine.clock()
    clock()
    machine.wrong = HOUR
    clock()
    machine.wait(BELIEVED_AFTER - SECOND)
    machine.wrong = 2 * HOUR
    assert clock() == machine.right
    machine.wait(2 * SECOND)
    assert clock() == machine.right
    machine.wait(BELIEVED_AFTER)
    assert clock() == machine.right + 2 * HOUR


@pytest.mark.parametrize("step", [SECOND, -SECOND, 2 * MINUTE, -2 * MINUTE])
def test_a_clock_that_is_set_right_a_little_is_believed_at_once(machine, step):
    clock = machine.clock()
    clock()
    machine.wrong = step
    assert clock() == machine.right + step


def test_a_process_that_was_idle_for_a_week_sees_no_jump(machine):
    clock = machine.clock()
    clock()
    machine.wait(timedelta(days=7))
    assert clock() == machine.right
    assert doubt_about(clock) is None


def test_a_jump_is_logged_when_it_is_seen_and_when_it_is_believed(machine, capsys):
    clock = machine.clock()
    clock()
    machine.wrong = HOUR
    clock()
    clock()
    machine.wait(BELIEVED_AFTER)
    clock()
    printed = capsys.readouterr().out
    assert printed.count("clock jumped") == 1
    assert printed.count("clock believed") == 1


def test_the_real_clock_is_steadied_and_the_one_of_tests_is_not(tmp_path):
    assert isinstance(clock_for(None), SteadyClock)
    assert doubt_about(clock_for(tmp_path / "clock")) is None
    assert seconds_passed() <= seconds_passed()
