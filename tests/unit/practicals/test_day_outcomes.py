"""What is said of a day that is over."""

import pytest

from app.practicals.domain.day_outcomes import DayOutcome


def words(messages) -> list[str]:
    return [str(message) for message in messages]


@pytest.mark.parametrize(
    ("expected", "present", "absent", "lines"),
    [
        (0, 0, 0, ["Nobody had a place"]),
        (4, 4, 0, ["4 of 4 present"]),
        (4, 3, 1, ["3 of 4 present"]),
        (4, 2, 1, ["2 of 4 present", "1 not marked"]),
        (4, 0, 0, ["0 of 4 present", "4 not marked"]),
    ],
)
def test_who_came(expected, present, absent, lines):
    assert words(DayOutcome(expected, present, absent, 0, 0, 0).attendance) == lines


@pytest.mark.parametrize(
    ("competent", "not_yet", "to_sign", "lines"),
    [
        (0, 0, 0, ["Nobody assessed"]),
        (2, 0, 0, ["2 assessed", "2 competent"]),
        (0, 1, 0, ["1 assessed", "1 not yet competent"]),
        (0, 0, 3, ["3 assessed", "3 still to sign"]),
        (1, 1, 1, ["3 assessed", "1 competent", "1 not yet competent", "1 still to sign"]),
    ],
)
def test_how_assessments_ended(competent, not_yet, to_sign, lines):
    assert words(DayOutcome(4, 4, 0, competent, not_yet, to_sign).assessments) == lines
