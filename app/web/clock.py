"""The server's clock. Only the edges (web, command line, jobs) read it; rules are told the time."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Clock = Callable[[], datetime]


def real_clock() -> datetime:
    return datetime.now(UTC)


def clock_for(moved_by: Path | None) -> Clock:
    """Return the real clock, or for tests one that stands at the ISO moment written in a file.

    While the file is missing or empty the real clock runs.
    """
    if moved_by is None:
        return real_clock

    def moved_clock() -> datetime:
        text = moved_by.read_text().strip() if moved_by.exists() else ""
        return datetime.fromisoformat(text).astimezone(UTC) if text else real_clock()

    return moved_clock
