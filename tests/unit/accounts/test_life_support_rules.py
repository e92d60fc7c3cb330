"""Which proof of basic life support can be recorded, and on which day it is valid."""

from datetime import date, timedelta

import pytest

from app.accounts.life_support_rules import is_valid_on, proof_problems, proof_record

TODAY = date(2026, 12, 1)
DAY = timedelta(days=1)
FUTURE = {"passed_on": "The day of the training lies in the future. Check the year."}
ORDER = {"expires_on": "A proof ends after the day of the training. Check both dates."}
ENDED = {
    "expires_on": "This proof ended on 30 November 2026. Ask the person for a newer one.",
}
TOO_LONG = {
    "expires_on": "The last day lies more than 10 years after the training. Check the year.",
}


@pytest.mark.parametrize(
    ("passed_on", "expires_on", "problems"),
    [
        (TODAY, TODAY + DAY, {}),
        (TODAY - DAY, TODAY, {}),
        (TODAY + DAY, TODAY + 2 * DAY, FUTURE),
        (TODAY, TODAY.replace(year=TODAY.year + 10), {}),
        (TODAY, TODAY.replace(year=TODAY.year + 11), TOO_LONG),
        (TODAY, date(2207, 3, 1), TOO_LONG),
        (TODAY - 9 * DAY, TODAY - DAY, ENDED),
        (TODAY - DAY, TODAY - DAY, ORDER),
        (TODAY, TODAY - DAY, ORDER),
        (TODAY + 2 * DAY, TODAY + DAY, FUTURE | ORDER),
    ],
)
def test_a_proof_lies_behind_and_lasts(
    passed_on: date, expires_on: date, problems: dict[str, str]
) -> None:
    said = proof_problems(passed_on, expires_on, today=TODAY)
    assert {field: str(message) for field, message in said.items()} == problems


@pytest.mark.parametrize(
    ("until", "day", "expected"),
    [
        (None, TODAY, False),
        (TODAY, TODAY, True),
        (TODAY + DAY, TODAY, True),
        (TODAY - DAY, TODAY, False),
    ],
)
def test_the_last_day_of_a_proof_counts(until: date | None, day: date, expected: bool) -> None:
    assert is_valid_on(until, day) is expected


def test_the_version_of_a_proof_is_made_from_what_its_form_writes() -> None:
    assert proof_record(TODAY, TODAY + DAY, "St John") == {
        "passed_on": TODAY,
        "expires_on": TODAY + DAY,
        "issuer": "St John",
    }
