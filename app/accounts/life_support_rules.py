"""The rules of proofs of basic life support: which can be recorded, and when one is valid."""

from datetime import date

LONGEST_YEARS = 10
"""A last day later than this after the training is a typing error, such as 2207 for 2027."""
REPLACED_WITHOUT_REASON = "Say why the proof on record is replaced."


def proof_problems(passed_on: date, expires_on: date, *, today: date) -> dict[str, str]:
    """Return a message for each wrong field; empty if the proof can be recorded."""
    problems = {}
    if passed_on > today:
        problems["passed_on"] = "The day of the training lies in the future. Check the year."
    if expires_on <= passed_on:
        problems["expires_on"] = "A proof ends after the day of the training. Check both dates."
    elif expires_on < today:
        problems["expires_on"] = (
            f"This proof ended on {day_words(expires_on)}. Ask the person for a newer one."
        )
    elif expires_on.year > passed_on.year + LONGEST_YEARS:
        problems["expires_on"] = (
            f"The last day lies more than {LONGEST_YEARS} years after the training. Check the year."
        )
    return problems


def is_valid_on(until: date | None, day: date) -> bool:
    """Return whether a proof with this last day is valid on `day`. The last day is included."""
    return until is not None and day <= until


def day_words(day: date) -> str:
    """5 January 2027"""
    return f"{day.day} {day:%B %Y}"


def proof_record(
    passed_on: date | None, expires_on: date | None, issuer: str | None
) -> dict[str, object]:
    """Return the fields that the form of a proof writes; see `app.kit.versions`."""
    return {"passed_on": passed_on, "expires_on": expires_on, "issuer": issuer}
