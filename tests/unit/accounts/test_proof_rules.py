"""Which proof of basic life support can be recorded."""

from datetime import date, timedelta

import pytest

from app.accounts.proof_rules import day_words, proof_problems

TODAY = date(2026, 12, 1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("passed_on", "expires_on", "fields"),
    [
        (TODAY, TODAY + DAY, []),
        (TODAY - DAY, TODAY, []),
        (TODAY + DAY, TODAY + 2 * DAY, ["passed_on"]),
        (TODAY, TODAY.replace(year=TODAY.year + 10), []),
        (TODAY, TODAY.replace(year=TODAY.year + 11), ["expires_on"]),
        (TODAY, date(2207, 3, 1), ["expires_on"]),
        (TODAY - 9 * DAY, TODAY - DAY, ["expires_on"]),
        (TODAY - DAY, TODAY - DAY, ["expires_on"]),
        (TODAY, TODAY - DAY, ["expires_on"]),
        (TODAY + 2 * DAY, TODAY + DAY, ["passed_on", "expires_on"]),
    ],
)
def test_a_proof_lies_behind_and_lasts(
    passed_on: date, expires_on: date, fields: list[str]
) -> None:
    assert list(proof_problems(passed_on, expires_on, today=TODAY)) == fields


def test_a_proof_that_ended_is_said_with_its_day() -> None:
    problems = proof_problems(TODAY - 9 * DAY, TODAY - DAY, today=TODAY)
    assert problems["expires_on"].startswith("This proof ended on 30 November 2026.")
    assert day_words(date(2027, 1, 5)) == "5 January 2027"
