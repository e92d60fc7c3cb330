"""Messages: what is said to a person, before it becomes words of a language.

A message is a source text in English and typed values. Rules, forms, refusals and mails hold messages; only
the edge (a page, the API, a mail, a paper) turns them into words, with `app.kit.words.Words`.

    msg("Booking opens on {when}.", when=practical.booking_opens_at)
    msgs("{n} place is free.", "{n} places are free.", free)

A text is a literal, because translators get every text that stands in a call of `msg` or `msgs`. It is a
whole sentence, heading or label, never a piece of one: another language puts its words in another order.

Values stay typed until the edge:

| value | becomes | other forms |
|---|---|---|
| `datetime` with a zone | Tue 8 Dec 2026, 10:00 | `{x:time}` 10:00; `{x:date}` and the forms of `date` |
| `date` | Tue 8 Dec 2026 | `{x:plain}` 8 December 2026; `{x:long}` Tuesday 8 December 2026; `{x:month}` |
| `time` | 10:00 | |
| `timedelta` | 1 hour 30 minutes | `{x:largest}` 1 hour: the largest whole unit alone |
| `int`, `Decimal` | 1,250 | `{x:plain}` 1250 |
| `Money` | £1,250 | |
| tuple | A, B and C | `{x:or}` A, B or C; `{x:plain}` A, B, C; `{x:clauses}` A; B; and C; `{x:lines}` A B |
| `Message` | its words | |
| `str` | itself: a name, an address, words of a course | |

A moment in UTC is shown in the zone of the academy; a moment in another zone (`ZoneInfo`) in that zone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from string import Formatter
from typing import Final, Protocol, TypeAlias, cast

from app.kit import formats
from app.kit.formats import DayForm, Formats, ListForm


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of the academy's currency, in its smallest unit (pence, cents)."""

    minor: int


Value: TypeAlias = (
    "str | int | Decimal | date | time | timedelta | Money | Message | tuple[Value, ...]"
)
"""What a placeholder may stand for. A datetime is a date; `bool` and `float` are refused."""
TYPES: Final = (str, int, Decimal, date, time, timedelta, Money)
FORMS: Final[dict[type, frozenset[str]]] = {
    datetime: frozenset({"date", "time", "plain", "long", "month"}),
    date: frozenset({"plain", "long", "month"}),
    timedelta: frozenset({"largest"}),
    int: frozenset({"plain"}),
    Decimal: frozenset({"plain"}),
    tuple: frozenset({"or", "plain", "clauses", "lines"}),
}


class BadMessage(TypeError):
    """The text and the values of a message do not fit each other; the error names the text."""


class Catalogue(Protocol):
    """The texts of one language: `gettext` of the standard library, or what has its methods."""

    def gettext(self, message: str) -> str: ...
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str: ...


class SourceTexts:
    """The catalogue of the language in which the texts are written: English."""

    def gettext(self, message: str) -> str:
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if n == 1 else msgid2


SOURCE_TEXTS: Final = SourceTexts()


@dataclass(frozen=True, slots=True)
class Message:
    """A text and its values; make one with `msg` or `msgs`. `other` and `n` are set if the text depends on
    a number: `text` is for 1, `other` for every other number, and a catalogue may have more forms.

    Messages are equal if their texts and values are. `str` gives English words, for logs, commands and tests.
    """

    text: str
    values: tuple[tuple[str, Value], ...] = ()
    other: str | None = None
    n: int | None = None

    def __post_init__(self) -> None:
        names = frozenset(name for name, _ in self.values)
        if self.n is None:
            _demand_same_names(self.text, _forms(self.text).keys(), names)
        else:
            _demand_type(self.text, "n", self.n)
            for text in (self.text, cast("str", self.other)):
                _demand_same_names(text, _forms(text).keys() | {"n"}, names | {"n"})
        for name, value in self.values:
            _demand_type(self.text, name, value)
            if form := _forms(self.text).get(name):
                _demand_form(self.text, name, value, form)

    def __str__(self) -> str:
        return rendered(self, formats.ENGLISH, SOURCE_TEXTS)


Text: TypeAlias = Message | str
"""A message, or words that are nobody's to translate: a name, or what a person or a course says."""


def msg(text: str, /, **values: Value) -> Message:
    """Return a message. Raise BadMessage if a placeholder has no value, a value no placeholder, or a value
    a type or a form that cannot be shown."""
    return Message(text, tuple(sorted(values.items())))


def msgs(singular: str, other: str, n: int, /, **values: Value) -> Message:
    """Return a message that depends on a number, which is `{n}` in both texts. Raise BadMessage like
    `msg`."""
    return Message(singular, tuple(sorted(values.items())), other, n)


def sentences(*messages: Message | None) -> Message:
    """Return whole sentences one after the other as one message. None is left out."""
    present = tuple(message for message in messages if message is not None)
    return present[0] if len(present) == 1 else msg("{sentences:lines}", sentences=present)


def rendered(message: Message, formats: Formats, catalogue: Catalogue) -> str:
    """Return the words of a message."""
    if message.n is None:
        text = catalogue.gettext(message.text)
    else:
        text = catalogue.ngettext(message.text, cast("str", message.other), message.n)
    if "{" not in text and "}" not in text:
        return text
    values = dict(message.values)
    if message.n is not None:
        values.setdefault("n", message.n)
    return "".join(
        literal + (worded(values[name], form or "", formats, catalogue) if name is not None else "")
        for literal, name, form in _parts(text)
    )


def worded(value: Value, form: str, formats: Formats, catalogue: Catalogue) -> str:
    """Return the words of one value as a message shows it: see the table above."""
    if isinstance(value, Message):
        return rendered(value, formats, catalogue)
    if isinstance(value, tuple):
        parts = [worded(part, "", formats, catalogue) for part in value]
        if form == "lines":
            return " ".join(parts)
        return formats.listed(parts, cast("ListForm", form or "and"))
    return written(value, form, formats)


def written(value: object, form: str, formats: Formats) -> str:
    """Return the words of one value that contains no other: see the table above."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return _written_moment(value, form, formats)
    if isinstance(value, date):
        return formats.day(value, cast("DayForm", form))
    if isinstance(value, int | Decimal):
        return formats.plain_number(value) if form == "plain" else formats.number(value)
    if isinstance(value, timedelta) and form == "largest":
        return formats.largest_unit(value)
    writers: dict[type, Callable[..., str]] = {
        time: formats.time,
        timedelta: formats.duration,
        Money: lambda money: formats.money(money.minor),
    }
    return writers[type(value)](value)


def _written_moment(moment: datetime, form: str, formats: Formats) -> str:
    if form == "time":
        return formats.time(moment)
    if form in ("date", "plain", "long", "month"):
        return formats.day(moment, cast("DayForm", "" if form == "date" else form))
    return formats.moment(moment)


@lru_cache(8_000)
def _parts(text: str) -> tuple[tuple[str, str | None, str | None], ...]:
    """Return the pieces of a text: words, and the name and the form of the placeholder behind them."""
    return tuple((literal, name, form) for literal, name, form, _ in Formatter().parse(text))


@lru_cache(8_000)
def _forms(text: str) -> dict[str, str]:
    """Return the form of each placeholder of a text, by its name."""
    try:
        parts = _parts(text)
    except ValueError as error:
        raise BadMessage(f"{text!r}: {error}") from None
    forms = {name: form or "" for _, name, form in parts if name is not None}
    for name in forms:
        if not name.isidentifier():
            raise BadMessage(f"{text!r}: a placeholder is a name, not {name!r}")
    return forms


def _demand_same_names(text: str, placeholders: object, names: object) -> None:
    if placeholders != names:
        wrong = ", ".join(sorted(cast("set[str]", placeholders) ^ cast("set[str]", names)))
        raise BadMessage(f"{text!r}: the placeholders and the values differ in {wrong}")


def _demand_type(text: str, name: str, value: object) -> None:
    if isinstance(value, tuple):
        for part in value:
            _demand_type(text, name, part)
    elif isinstance(value, bool) or not isinstance(value, (*TYPES, Message)):
        raise BadMessage(f"{text!r}: {name} is a {type(value).__name__}, which cannot be shown")
    elif isinstance(value, datetime) and value.tzinfo is None:
        raise BadMessage(f"{text!r}: {name} is a moment without a time zone")


def _demand_form(text: str, name: str, value: object, form: str) -> None:
    kinds = [kind for kind in FORMS if isinstance(value, kind)]
    if not kinds or form not in FORMS[kinds[0]]:
        raise BadMessage(
            f"{text!r}: {name} is a {type(value).__name__}, which has no form {form!r}"
        )
