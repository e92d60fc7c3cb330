"""The rules of proofs of basic life support: which can be recorded, and on which day one is valid."""

from datetime import date

LONGEST_YEARS = 10
"""A last day further after the training is a slip of the keyboard, such as 2207 for 2027."""
REPLACED_WITHOUT_REASON = "Say why the proof on record is replaced."


def proof_problems(passed_on: date, expires_on: date, *, today: date) -> dict[str, str]:
    """Return one message per field that cannot be right; empty when the proof can be recorded."""
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
    """Return whether a proof with this last day covers `day`; the last day counts."""
    return until is not None and day <= until


def day_words(day: date) -> str:
    """5 January 2027"""
    return f"{day.day} {day:%B %Y}"


def proof_record(
    passed_on: date | None, expires_on: date | None, issuer: str | None
) -> dict[str, object]:
    """Return what the form of a proof writes, for its version; see `app.kit.versions`."""
    return {"passed_on": passed_on, "expires_on": expires_on, "issuer": issuer}
