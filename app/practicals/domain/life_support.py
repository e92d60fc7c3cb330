"""Whether a proof of basic life support covers the day of a practical, and what is said of it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.kit.errors import Refusal
from app.kit.messages import Message, msg
from app.practicals.domain.refusals import ACADEMY, PracticalsReason


def life_support_unmet(until: date | None, starts_at: datetime, zone: str) -> Refusal | None:
    """Return why the proof does not cover the day on which a practical starts, in the venue's zone,
    or None if it does. `until` is the last valid day of the proof, or None if the office has seen
    none."""
    if until is None:
        return Refusal(
            PracticalsReason.life_support,
            msg("The office has not seen a proof of basic life support."),
            msg("Show the proof to the office, with the date until which it is valid."),
            ACADEMY,
        )
    if until < starts_at.astimezone(ZoneInfo(zone)).date():
        return Refusal(
            PracticalsReason.life_support,
            msg("The proof of basic life support ends on {day:plain}, before this day.", day=until),
            msg("Renew it and show the new proof to the office, or choose an earlier date."),
            ACADEMY,
        )
    return None


def life_support_state(until: date | None, starts_at: datetime, zone: str) -> Message:
    """Return the state of a proof in a few words for the roster."""
    if until is None:
        return msg("No proof of basic life support seen")
    if life_support_unmet(until, starts_at, zone) is not None:
        return msg("Basic life support ends {day:plain}, before this day", day=until)
    return msg("Basic life support until {day:plain}", day=until)
