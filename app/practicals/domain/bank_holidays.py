"""The bank holidays of England, which a plan of many days marks."""

from collections.abc import Collection
from datetime import date
from typing import Final

import holidays

ENGLISH_ZONES: Final = frozenset({"Europe/London"})
"""Zones in which the bank holidays of England are those of the venue."""


def bank_holidays(days: Collection[date], zone: str) -> dict[date, str]:
    """Return the names of the bank holidays among these days, for a venue in England; of another country
    nothing is known. A bank holiday that falls on a weekend is named on its own day and on its substitute."""
    if zone not in ENGLISH_ZONES:
        return {}
    of_england = holidays.country_holidays(
        "GB", subdiv="ENG", years={day.year for day in days}, language="en_GB"
    )
    return {day: of_england[day] for day in days if day in of_england}
