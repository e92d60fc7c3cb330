"""Names of time zones as people read them, and moments in them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.kit.messages import Message, msg


def zone_words(zone: str) -> Message:
    """London time, for `Europe/London`."""
    return msg("{city} time", city=zone.rpartition("/")[2].replace("_", " "))


def moment_at(moment: datetime, zone: str) -> datetime:
    """Return a moment in the zone of a place: a message shows it as the clocks there do.

    A message shows a moment in UTC in the zone of the academy. A place in UTC has its own clocks, so its
    moments get a zone with the same hours and another name.
    """
    return moment.astimezone(ZoneInfo("Etc/GMT" if zone in ("UTC", "Etc/UTC") else zone))
