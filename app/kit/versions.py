"""Versions of records, for forms that write a whole record.

A form carries the version of the record it was made from. The use-case compares that version with the
record under its lock, and refuses the form when a save would undo somebody else's change.

A version is a short digest per field, so it names the fields that have changed since. It is made from the
values, not counted: no command that writes the record can forget to raise it, and commands that write
other columns (a booking, for instance) do not make an open form stale.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from app.kit.errors import Conflict

_DIGEST_BYTES: Final = 6
_DIGEST_LENGTH: Final = 8
LONGEST_VERSION: Final = 400

Record = Mapping[str, object]


class Stale(Conflict):
    """The record was changed after the form was opened; nothing was written.

    `changed` are the fields whose recorded value a save would replace, though the sender has not seen it.
    `untouched` are those of them that the sender left as they were on the page.
    """

    title = "This was changed in the meantime"
    slug = "stale"

    def __init__(self, changed: Collection[str], untouched: Collection[str]) -> None:
        super().__init__(
            "This was changed after you opened it, so what you sent is not saved. "
            "Compare it with what is on record, then save again.",
            reason="stale",
            fields=dict.fromkeys(changed, "This was changed in the meantime."),
        )
        self.changed = tuple(changed)
        self.untouched = frozenset(untouched)


def version_of(record: Record) -> str:
    """Return the version of a record: one digest per field, in the order of the names."""
    return "".join(_digest(name, record[name]) for name in sorted(record))


def demand_current(expected: str, *, recorded: Record, sent: Record) -> None:
    """Raise Stale when saving `sent` would undo a change made since the version `expected`.

    A version that cannot be read (missing, or of another shape) counts as older than every change.
    Sending again what is on record already undoes nothing and passes.
    """
    if expected == version_of(recorded):
        return
    seen = _digests(expected, recorded)
    changed = [
        name
        for name in sorted(recorded)
        if _differ(recorded[name], sent[name]) and seen.get(name) != _digest(name, recorded[name])
    ]
    if changed:
        raise Stale(
            changed, [name for name in changed if seen.get(name) == _digest(name, sent[name])]
        )


def _digests(version: str, record: Record) -> dict[str, str]:
    names = sorted(record)
    if len(version) != len(names) * _DIGEST_LENGTH:
        return {}
    parts = [version[at : at + _DIGEST_LENGTH] for at in range(0, len(version), _DIGEST_LENGTH)]
    return dict(zip(names, parts, strict=True))


def _digest(name: str, value: object) -> str:
    digest = sha256(f"{name}={_plain(value)}".encode()).digest()
    return urlsafe_b64encode(digest[:_DIGEST_BYTES]).decode()


def _differ(value: object, other: object) -> bool:
    return _plain(value) != _plain(other)


def _plain(value: object) -> str:
    """Write a value the same way in every process; the order of a collection does not count."""
    if isinstance(value, set | frozenset | tuple | list):
        return json.dumps(sorted(str(item) for item in value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return json.dumps(value, default=str)
