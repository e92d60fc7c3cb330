"""The diary of the demo academy. Entries are added by subject and run in order of time, so that
every use-case finds the data as they were then."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.certificates.signing import Issuer
from app.courses.domain.delivery import Course
from app.kit.actor import Actor
from app.kit.ids import IntakeId, PracticalId, SeatId
from app.kit.keys import SealingKeys

ZONE = ZoneInfo("Europe/London")
Deed = Callable[[datetime], object]


@dataclass
class Diary:
    """Entries, and what earlier entries have made: `people`, `intakes`, `practicals` and `seats`.
    Practicals are identified by how many days ago they are."""

    db: Session
    course: Course
    now: datetime
    issuer: Issuer
    sealing: SealingKeys
    people: dict[str, Actor] = field(default_factory=dict)
    intakes: dict[str, IntakeId] = field(default_factory=dict)
    practicals: dict[int, PracticalId] = field(default_factory=dict)
    seats: dict[tuple[int, str], SeatId] = field(default_factory=dict)
    invoices: Iterator[int] = field(default_factory=partial(count, 1))
    _deeds: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def ago(self, days: int, hour: int = 12, minute: int = 0) -> datetime:
        """Return a local time `days` days before today; a negative number is in the future."""
        day = self.now.astimezone(ZONE).date() - timedelta(days=days)
        return datetime.combine(day, time(hour), ZONE) + timedelta(minutes=minute)

    def note(self, at: datetime, deed: Deed) -> None:
        """Add an entry for a time. Its function gets that time and may add further entries. Entries
        in the future are not run."""
        if at <= self.now:
            heappush(self._deeds, (at, next(self._numbers), deed))

    def live(self) -> None:
        """Run all entries, the earliest first."""
        while self._deeds:
            at, _, deed = heappop(self._deeds)
            deed(at)
