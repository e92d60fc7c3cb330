"""An admin's home page: only what needs attention, and the next practicals."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.home.attention import AttentionItem, Urgency
from app.home.attention_list import attention_items
from app.kit.actor import Actor
from app.practicals.queries.admin_lists import BoardRow, coming

MOST_DATES = 8


@dataclass(frozen=True, slots=True)
class AdminHome:
    """What needs attention, each item with its action, and the next practicals."""

    exceptions: tuple[AttentionItem, ...]
    dates: tuple[BoardRow, ...]

    @property
    def by_urgency(self) -> tuple[tuple[Urgency, tuple[AttentionItem, ...]], ...]:
        """The items grouped by urgency, the most urgent first."""
        grouped = groupby(self.exceptions, key=lambda item: item.urgency)
        return tuple((urgency, tuple(items)) for urgency, items in grouped)


def admin_home(db: Session, actor: Actor, zone: ZoneInfo, now: datetime) -> AdminHome:
    return AdminHome(
        attention_items(db, actor, zone=zone, now=now), coming(db, now=now, most=MOST_DATES)
    )
