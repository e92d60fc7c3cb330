"""The diary of the demo academy: written down by subject, lived through in the order of time, so that every
use-case finds the world as it was at its moment."""

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

ZONE = ZoneInfo("Europe/London")
Deed = Callable[[datetime], object]


@dataclass
class Diary:
    """`people`, `intakes`, `practicals` and `seats` fill as the time goes on: a deed looks up what earlier
    ones have made. Practicals are known by how many days ago they are."""

    db: Session
    course: Course
    now: datetime
    issuer: Issuer
    people: dict[str, Actor] = field(default_factory=dict)
    intakes: dict[str, IntakeId] = field(default_factory=dict)
    practicals: dict[int, PracticalId] = field(default_factory=dict)
    seats: dict[tuple[int, str], SeatId] = field(default_factory=dict)
    invoices: Iterator[int] = field(default_factory=partial(count, 1))
    _deeds: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def ago(self, days: int, hour: int = 12, minute: int = 0) -> datetime:
        """Return a time of the academy's clock so many days before today; a negative number lies ahead."""
        day = self.now.astimezone(ZONE).date() - timedelta(days=days)
        return datetime.combine(day, time(hour), ZONE) + timedelta(minutes=minute)

    def note(self, at: datetime, deed: Deed) -> None:
        """Write down what is done at a moment. The deed is told when that is and may note what follows; what
        would lie after now has not happened."""
        if at <= self.now:
            heappush(self._deeds, (at, next(self._numbers), deed))

    def live(self) -> None:
        """Do everything that is written down, the earliest first."""
        while self._deeds:
            at, _, deed = heappop(self._deeds)
            deed(at)
