"""Names of time zones as people read them."""

from app.kit.messages import Message, msg


def zone_words(zone: str) -> Message:
    """London time, for `Europe/London`."""
    return msg("{city} time", city=zone.rpartition("/")[2].replace("_", " "))
