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
DEEPEST: Final = 20
"""How deep values may lie in one another. A typed reason may look like a stored one, however deep."""
LARGEST: Final = 10**15
MOST_DIGITS: Final = 28
"""The size and the digits of numbers: Babel cannot show each one beyond them."""


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
    return value if isinstance(value, str) else _whole(value)


def from_stored(document: object, *, depth: int = 0) -> Value:
    """Return a stored value. Raise LaterVersionNeeded for a type that only a later version knows, and
    DamagedDocument for anything else that no version wrote. `depth` is how deep it lies in others."""
    if depth > DEEPEST:
        raise DamagedDocument(MESSAGES)
    if isinstance(document, str):
        return document
    if isinstance(document, list):
        return tuple(from_stored(part, depth=depth + 1) for part in document)
    try:
        return _read(document, depth) if isinstance(document, dict) else _whole(document)
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
    except (ValueError, RecursionError, DamagedDocument, LaterVersionNeeded):
        return stored


def _read(document: Mapping[str, Any], depth: int) -> Value:
    if is_stored_message(document):
        return _read_message(document, depth)
    for name, form in document.items():
        if name in _READERS and len(document) == 1:
            return _READERS[name](form)
    stored = msg("one has the value “{names}”", names=", ".join(map(str, document)))
    raise LaterVersionNeeded(MESSAGES, stored, newest=1)


def _stored_message(message: Message) -> dict[str, Any]:
    values = {name: to_stored(value) for name, value in message.values}
    counted = {} if message.n is None else {"other": message.other, "n": _whole(message.n)}
    return {TEXT: message.text, **counted, **({"values": values} if values else {})}


def _read_message(document: Mapping[str, Any], depth: int) -> Message:
    values = document.get("values", {})
    if not isinstance(values, dict):
        raise TypeError("the values have no names")
    read = {name: from_stored(value, depth=depth + 1) for name, value in values.items()}
    n = document.get("n")
    return Message(
        document[TEXT],
        tuple((name, read[name]) for name in sorted(read)),
        document.get("other"),
        None if n is None else _whole(n),
    )


def _stored_moment(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise BadMessage("a moment without a time zone cannot be stored")
    zone = f"[{moment.tzinfo.key}]" if isinstance(moment.tzinfo, ZoneInfo) else ""
    return moment.astimezone(UTC).isoformat() + zone


def _read_moment(text: str) -> datetime:
    """Return a moment in its zone. One whose zone this machine does not know stays in UTC, which is
    shown in the academy's zone."""
    at, _, zone = str(text).removesuffix("]").partition("[")
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None or not date.min.year < moment.year < date.max.year:
        raise ValueError("no time zone, or a moment that has no day in each zone")
    try:
        return moment.astimezone(ZoneInfo(zone) if zone else UTC)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones is an OSError
        return moment.astimezone(UTC)


def _read_duration(parts: list[int]) -> timedelta:
    days, seconds, microseconds = parts
    return timedelta(days=days, seconds=seconds, microseconds=microseconds)


def _read_money(minor: object) -> Money:
    return Money(_whole(minor))


def _whole(number: object) -> int:
    """Return a whole number that can be stored and shown, or raise BadMessage."""
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) > LARGEST:
        raise BadMessage("no whole number, or one that is too large")
    return number


def _decimal(text: object) -> Decimal:
    """Return a number that can be stored and shown, or raise BadMessage."""
    number = Decimal(str(text))
    digits = len(number.as_tuple().digits)
    is_usual = number.is_finite() and digits <= MOST_DIGITS >= abs(number.adjusted())
    if not is_usual or abs(number) > LARGEST:
        raise BadMessage("a number that is endless, too large or too long")
    return number


_FORMS: Final[dict[type, tuple[str, Callable[[Any], Any], Callable[[Any], Value]]]] = {
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
    timedelta: (
        "duration",
        lambda span: [span.days, span.seconds, span.microseconds],
        _read_duration,
    ),
    Decimal: ("decimal", lambda number: str(_decimal(number)), _decimal),
    Money: ("money", lambda money: _whole(money.minor), _read_money),
}
_READERS: Final = {"moment": _read_moment, **{name: read for name, _, read in _FORMS.values()}}
