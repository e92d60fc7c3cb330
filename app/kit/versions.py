"""Versions of records, for forms that write a whole record.

A form contains the version of the record that it shows. The use-case compares that version with the
locked record, and refuses the form if saving it would undo somebody else's change.

A version has a short digest for each field, so it shows which fields have changed since. It is
computed from the values rather than counted: no command can forget to increase it, and commands
that write other columns (a booking, for instance) do not make an open form stale.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from app.kit.errors import Conflict
from app.kit.messages import msg

_DIGEST_BYTES: Final = 6
_DIGEST_LENGTH: Final = 8
LONGEST_VERSION: Final = 400

Record = Mapping[str, object]


class Stale(Conflict):
    """The record was changed after the form was opened; nothing was written.

    `changed` are the fields whose recorded value would be replaced although the sender has not seen
    it. `untouched` are those of them that the sender did not edit on the page.
    """

    title = msg("This was changed in the meantime")
    slug = "stale"

    def __init__(self, changed: Collection[str], untouched: Collection[str]) -> None:
        super().__init__(
            msg(
                "This was changed after you opened it, so what you sent is not saved. "
                "Compare it with what is on record, then save again."
            ),
            reason="stale",
            fields=dict.fromkeys(changed, msg("This was changed in the meantime.")),
        )
        self.changed = tuple(changed)
        self.untouched = frozenset(untouched)


def version_of(record: Record) -> str:
    """Return the version of a record: one digest per field, in the order of the field names."""
    return "".join(_digest(name, record[name]) for name in sorted(record))


def demand_current(expected: str, *, recorded: Record, sent: Record) -> None:
    """Raise Stale if saving `sent` would undo a change made since the version `expected`.

    A version that is missing or malformed counts as older than every change. Sending the recorded
    values again undoes nothing and is accepted.
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
    """Return a text for a value that is the same in every process; the order of a collection is
    ignored."""
    if isinstance(value, set | frozenset | tuple | list):
        return json.dumps(sorted(str(item) for item in value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return json.dumps(value, default=str)
