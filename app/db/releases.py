"""The schemas of the versions that were released: what an academy may run, and may go back to."""

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Release:
    """A version that was released on a day. `revision` is the newest migration that it has."""

    on: date
    revision: str


RELEASES: Final = (
    Release(date(2026, 11, 26), "20261126_0010"),
    Release(date(2026, 11, 29), "20261129_0051"),
    Release(date(2026, 11, 29), "20261129_0150"),
)
"""The oldest first. A release adds itself, and the academy that it stores (`tests/make/release.py`)."""
