"""Calendar entries that a mail adds, moves or removes, as they are stored beside its values."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from app.kit.messages import msg
from app.kit.stored_documents import VERSION, DamagedDocument, Document, DocumentKind, upgraded
from app.kit.stored_messages import to_stored
from app.mail.values import MailPart, Moment, WordsOrName

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]
ENTRY_VERSION: Final = 2
ENTRIES: Final = DocumentKind(msg("calendar entries"), msg("Calendar entries"))


class CalendarEntry(MailPart):
    """One entry of a calendar. The `uid` is one per place for life, and `sequence` rises with every visible
    change, so that REQUEST adds or moves the entry and CANCEL removes it. PUBLISH is a download, and names
    no attendee."""

    method: Method
    uid: str
    sequence: int
    starts_at: Moment
    ends_at: Moment
    summary: WordsOrName
    location: str
    description: WordsOrName
    path: str
    attendee: str
    attendee_name: str
    stamped_at: Moment

    def stored(self) -> dict[str, Any]:
        """Return the entry as plain JSON, with its version."""
        return {VERSION: ENTRY_VERSION, **self.model_dump(mode="json")}

    @classmethod
    def from_stored(cls, document: object) -> Self:
        """Read a stored entry of any version. Raise LaterVersionNeeded or DamagedDocument."""
        newest = dict(upgraded(document, ENTRIES, newest=ENTRY_VERSION, steps=STEPS))
        newest.pop(VERSION, None)
        try:
            return cls.model_validate_json(json.dumps(newest), extra="ignore")
        except ValidationError:
            raise DamagedDocument(ENTRIES) from None


def entries_of(payload: Mapping[str, Any]) -> tuple[CalendarEntry, ...]:
    """Return the calendar entries of a stored mail; version 1 stored a single one without a list."""
    stored = payload.get("calendar") or []
    return tuple(
        CalendarEntry.from_stored(entry)
        for entry in (stored if isinstance(stored, list) else [stored])
    )


def _with_typed_moments(entry: Document) -> Document:
    """Version 1 stored moments as texts, and the zone of the venue beside them."""
    zone = ZoneInfo(entry["zone"])
    typed = {
        name: to_stored(datetime.fromisoformat(entry[name]).astimezone(zone))
        for name in ("starts_at", "ends_at", "stamped_at")
    }
    return {**{name: value for name, value in entry.items() if name != "zone"}, **typed}


STEPS: Final = {1: _with_typed_moments}
