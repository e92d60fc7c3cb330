"""The rules of proofs of basic life support: which can be recorded, and when one is valid."""

from datetime import date

from app.kit.messages import Message, msg, msgs

LONGEST_YEARS = 10
"""A last day later than this after the training is a typing error, such as 2207 for 2027."""
REPLACED_WITHOUT_REASON = msg("Say why the proof on record is replaced.")


def proof_problems(passed_on: date, expires_on: date, *, today: date) -> dict[str, Message]:
    """Return a message for each wrong field; empty if the proof can be recorded."""
    problems = {}
    if passed_on > today:
        problems["passed_on"] = msg("The day of the training lies in the future. Check the year.")
    if expires_on <= passed_on:
        problems["expires_on"] = msg(
            "A proof ends after the day of the training. Check both dates."
        )
    elif expires_on < today:
        problems["expires_on"] = msg(
            "This proof ended on {day:plain}. Ask the person for a newer one.", day=expires_on
        )
    elif expires_on.year > passed_on.year + LONGEST_YEARS:
        problems["expires_on"] = msgs(
            "The last day lies more than {n} year after the training. Check the year.",
            "The last day lies more than {n} years after the training. Check the year.",
            LONGEST_YEARS,
        )
    return problems


def is_valid_on(until: date | None, day: date) -> bool:
    """Return whether a proof with this last day is valid on `day`. The last day is included."""
    return until is not None and day <= until


def proof_record(
    passed_on: date | None, expires_on: date | None, issuer: str | None
) -> dict[str, object]:
    """Return the fields that the form of a proof writes; see `app.kit.versions`."""
    return {"passed_on": passed_on, "expires_on": expires_on, "issuer": issuer}
