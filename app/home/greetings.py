"""How the first page greets: by the time of day where the academy is. No clock, no database."""

from datetime import datetime, time
from typing import Final

from app.kit.messages import Message, msg

NOON: Final = time(12)
EVENING: Final = time(18)
NIGHT_ENDS: Final = time(4)


def greeting(name: str, local: datetime) -> Message:
    """Return the greeting for somebody by their first name, at the academy’s local time. After midnight it is
    still evening."""
    first, at = name.split(" ")[0], local.time()
    if NIGHT_ENDS <= at < NOON:
        return msg("Good morning, {name}", name=first)
    if NOON <= at < EVENING:
        return msg("Good afternoon, {name}", name=first)
    return msg("Good evening, {name}", name=first)
