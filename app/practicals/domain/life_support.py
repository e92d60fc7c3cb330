"""Whether a proof of basic life support covers the day of a practical, and the message if it does
not."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.practicals.domain.refusals import LinkKind, PracticalsReason, Unmet
from app.practicals.domain.times import written_day


def life_support_unmet(until: date | None, starts_at: datetime, zone: str) -> Unmet | None:
    """Return why the proof does not cover the day on which a practical starts, in the venue's zone,
    or None if it does. `until` is the last valid day of the proof, or None if the office has seen
    none."""
    if until is None:
        return Unmet(
            PracticalsReason.life_support,
            "The office has not seen a proof of basic life support.",
            "Show the proof to the office, with the date until which it is valid.",
            LinkKind.academy,
        )
    if until < starts_at.astimezone(ZoneInfo(zone)).date():
        return Unmet(
            PracticalsReason.life_support,
            f"The proof of basic life support ends on {written_day(until)}, before this day.",
            "Renew it and show the new proof to the office, or choose an earlier date.",
            LinkKind.academy,
        )
    return None


def life_support_state(until: date | None, starts_at: datetime, zone: str) -> str:
    """Return the state of a proof in a few words for the roster."""
    if until is None:
        return "No proof of basic life support seen"
    if life_support_unmet(until, starts_at, zone) is not None:
        return f"Basic life support ends {written_day(until)}, before this day"
    return f"Basic life support until {written_day(until)}"
