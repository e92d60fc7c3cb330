"""Names of time zones as people read them, and moments in them."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from app.kit.messages import Message, msg

REGIONS: Final = frozenset(
    (
        *("Africa", "America", "Antarctica", "Arctic", "Asia"),
        *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
    )
)
"""What zones that are called after a city begin with."""


def is_zone_of_a_place(zone: str) -> bool:
    """Return whether people know this zone by a city, or it is UTC. Names that only machines use are not:
    localtime, Factory, posix/Europe/London, EST5EDT, Etc/GMT+3."""
    if zone == "UTC":
        return True
    return zone.partition("/")[0] in REGIONS and zone in available_timezones()


def zone_words(zone: str) -> Message:
    """London time, for `Europe/London`."""
    return msg("{city} time", city=zone.rpartition("/")[2].replace("_", " "))


def moment_at(moment: datetime, zone: str) -> datetime:
    """Return a moment in the zone of a place: a message shows it as the clocks there do.

    A message shows a moment in UTC in the zone of the academy. A place in UTC has its own clocks, so its
    moments get a zone with the same hours and another name.
    """
    return moment.astimezone(ZoneInfo("Etc/GMT" if zone in ("UTC", "Etc/UTC") else zone))
