"""Names of time zones as people read them."""


def zone_words(zone: str) -> str:
    """London time, for `Europe/London`."""
    return f"{zone.rpartition('/')[2].replace('_', ' ')} time"
