"""The schemas of released versions: those that an academy may run, and may go back to."""

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Release:
    """A released version. `revision` is its newest migration."""

    on: date
    revision: str


RELEASES: Final = (
    Release(date(2026, 11, 26), "20261126_0010"),
    Release(date(2026, 11, 29), "20261129_0051"),
    Release(date(2026, 11, 29), "20261129_0150"),
    Release(date(2026, 11, 30), "20261129_0200"),
)
"""The releases, the oldest first. Each release adds itself here, and a stored academy
(`tests/make/release.py`)."""
