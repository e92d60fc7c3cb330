"""How messages and their values are stored: in plain JSON, with their types.

`to_stored` and `from_stored` are a pair: what one writes, the other reads. A text and a whole number are
stored as they are, a tuple as a list, and every other value as an object whose key names its type:

    {"date": "2026-12-08"}
    {"moment": "2026-12-08T10:00:00+00:00[Europe/London]"}     the time in UTC, and the zone as in RFC 9557
    {"time": "10:00:00"}
    {"duration": [1, 3600, 0]}                                  days, seconds, microseconds
    {"decimal": "0.5"}
    {"money": 125000}                                           in the currency's smallest unit
    {"text": "{n} place", "other": "{n} places", "n": 2, "values": {}}

A message is stored by its text in English. If a later version changes the text, no catalogue knows the
stored one any more; then it is shown in English.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.kit.messages import BadMessage, Message, Money, Text, Value, msg
from app.kit.stored_documents import DamagedDocument, DocumentKind, LaterVersionNeeded
from app.kit.stored_reasons import reason_words

MESSAGES: Final = DocumentKind(msg("messages"), msg("Messages"))
REASON_VERSION: Final = 2
BEGINNING: Final = '{"version":'
"""How a reason with values begins. The first version was its English text."""
TEXT: Final = "text"
TEXTS: Final = (TEXT, "other")
"""The keys of a stored message that hold words of the house, and no value."""


def is_stored_message(document: Mapping[str, Any]) -> bool:
    """Return whether a part of a stored document is a message."""
    return TEXT in document


def to_stored(value: Value) -> Any:
    """Return a value as plain JSON. Raise BadMessage for a value that a message cannot hold."""
    if isinstance(value, Message):
        return _stored_message(value)
    if isinstance(value, tuple):
        return [to_stored(part) for part in value]
    if isinstance(value, datetime):  # before `date`, because a datetime is one
        return {"moment": _stored_moment(value)}
    for kind, (name, write, _) in _FORMS.items():
        if isinstance(value, kind):
            return {name: write(value)}
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadMessage(f"a {type(value).__name__} cannot be stored")
    return value


def from_stored(document: object) -> Value:
    """Return a stored value. Raise LaterVersionNeeded for a type that only a later version knows, and
    DamagedDocument for anything else that no version wrote."""
    if isinstance(document, str | int) and not isinstance(document, bool):
        return document
    if isinstance(document, list):
        return tuple(from_stored(part) for part in document)
    if not isinstance(document, dict):
        raise DamagedDocument(MESSAGES)
    try:
        return _read(document)
    except (ValueError, TypeError, InvalidOperation, OverflowError, BadMessage):
        raise DamagedDocument(MESSAGES) from None


def stored_if_message(words: Text) -> dict[str, Any] | None:
    """Return a message as it is stored beside its English text; None for a text that is no message."""
    return _stored_message(words) if isinstance(words, Message) else None


def message_beside(document: object, text: str) -> Text:
    """Return the message that is stored beside its English text, or the text itself where there is none that
    this version can read. A version before 20261202_0200 writes the text only, so a message that says
    something else is an old one. The text may have been cut."""
    try:
        message = None if document is None else from_stored(document)
    except (LaterVersionNeeded, DamagedDocument):
        message = None
    if isinstance(message, Message) and text and str(message).startswith(text):
        return message
    return reason_words(text) or ""


def stored_reason(reason: Message) -> str:
    """Return a reason as it is stored in a column of text, where a person may have typed one: its English
    text, or the message in JSON if it has values."""
    if not reason.values and reason.n is None:
        return reason.text
    return json.dumps({"version": REASON_VERSION, **_stored_message(reason)}, ensure_ascii=False)


def is_same_reason(stored: str, reason: Message) -> bool:
    """Return whether a reason is stored, in the present form or in English as earlier versions stored it."""
    return stored in (stored_reason(reason), str(reason))


def read_reason(stored: str | None) -> Text | None:
    """Return a stored reason: a message if it is one of ours, otherwise the text as it stands. So it is, too,
    if a later version stored it."""
    if stored is None or not stored.startswith(BEGINNING):
        return reason_words(stored)
    try:
        return cast("Message", from_stored(json.loads(stored)))
    except (ValueError, DamagedDocument, LaterVersionNeeded):
        return stored


def _read(document: Mapping[str, Any]) -> Value:
    if is_stored_message(document):
        return _read_message(document)
    for name, form in document.items():
        if name in _READERS and len(document) == 1:
            return _READERS[name](form)
    stored = msg("one has the value “{names}”", names=", ".join(map(str, document)))
    raise LaterVersionNeeded(MESSAGES, stored, newest=1)


def _stored_message(message: Message) -> dict[str, Any]:
    values = {name: to_stored(value) for name, value in message.values}
    counted = {} if message.n is None else {"other": message.other, "n": message.n}
    return {TEXT: message.text, **counted, **({"values": values} if values else {})}


def _read_message(document: Mapping[str, Any]) -> Message:
    values = document.get("values", {})
    return Message(
        document[TEXT],
        tuple(sorted((name, from_stored(value)) for name, value in values.items())),
        document.get("other"),
        document.get("n"),
    )


def _stored_moment(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise BadMessage("a moment without a time zone cannot be stored")
    zone = f"[{moment.tzinfo.key}]" if isinstance(moment.tzinfo, ZoneInfo) else ""
    return moment.astimezone(UTC).isoformat() + zone


def _read_moment(text: str) -> datetime:
    """Return a moment in its zone. One whose zone this machine does not know stays in UTC, which is
    shown in the academy's zone."""
    at, _, zone = text.removesuffix("]").partition("[")
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    try:
        return moment.astimezone(ZoneInfo(zone) if zone else UTC)
    except (ZoneInfoNotFoundError, ValueError):
        return moment.astimezone(UTC)


def _read_duration(parts: list[int]) -> timedelta:
    days, seconds, microseconds = parts
    return timedelta(days=days, seconds=seconds, microseconds=microseconds)


def _read_money(minor: object) -> Money:
    if type(minor) is not int:
        raise TypeError("an amount is a whole number")
    return Money(minor)


_FORMS: Final[dict[type, tuple[str, Callable[[Any], Any], Callable[[Any], Value]]]] = {
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
    timedelta: (
        "duration",
        lambda span: [span.days, span.seconds, span.microseconds],
        _read_duration,
    ),
    Decimal: ("decimal", str, Decimal),
    Money: ("money", lambda money: money.minor, _read_money),
}
_READERS: Final = {"moment": _read_moment, **{name: read for name, _, read in _FORMS.values()}}
