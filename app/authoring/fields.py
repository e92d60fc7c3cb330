"""The field types of the authoring format, with their checks.

A check raises `UnfitError` with all its findings at once; `messages.py` turns them into problems.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Protocol, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from app.authoring import doses
from app.authoring.problems import Problem
from app.authoring.svg import Drawing
from app.authoring.unknown_markup import unknown_marks
from app.authoring.yaml_source import Trail
from app.kit.formats import usual_tag

KEY: Final = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
LONGEST_KEY: Final = 64
LONGEST_TEXT: Final = 60_000
KEY_HINT: Final = (
    "A key is 1 to 64 characters: lower-case letters, digits and single hyphens, beginning with "
    "a letter, such as `skin-layers`."
)

_MARKUP = re.compile(
    r"\[\[|\[[@=]|\]\(|<[a-zA-Z/][^>]*>|`[^`]*`|^#{1,6}\s|\\[*_`#|\[\]]"
    r"|(?<![\w*])\*[^\s*](?:[^*\n]*[^\s*])?\*(?![\w*])|(?<![\w_])_[^\s_](?:[^_\n]*[^\s_])?_(?![\w_])"
)
_DECIMAL = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")


class TextRules(Protocol):
    """What a check needs to know about the rest of the course."""

    @property
    def drawings(self) -> Mapping[str, Drawing | None]: ...

    @property
    def dose_rules(self) -> bool:
        """Whether the rules of `doses.py` apply."""
        ...

    def problems_of(self, text: str) -> Iterable[Problem]:
        """Problems of a Markdown text, their lines counted from 1 in that text."""
        ...


class UnfitError(ValueError):
    """A value is refused. Each finding is a problem below the value: where, and what.

    The path and line of a finding's problem are filled in by `messages.py`; for Markdown its line
    counts from the beginning of the text.
    """

    def __init__(self, findings: Iterable[tuple[Trail, Problem]]) -> None:
        super().__init__("unfit")
        self.findings = tuple(findings)

    @classmethod
    def because(cls, message: str, hint: str, *, trail: Trail = ()) -> "UnfitError":
        return cls([(trail, Problem("", 1, message, hint))])


class Authored(BaseModel):
    """Base class of mappings that authors write: no unknown keys, no converted values."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def is_key(text: str) -> bool:
    return len(text) <= LONGEST_KEY and re.fullmatch(KEY, text) is not None


def _key(text: str) -> str:
    if not is_key(text):
        raise UnfitError.because(f"`{text[:80]}` is not a key.", KEY_HINT)
    return text


def plain_faults(text: str, *, dose_rules: bool = True) -> Iterator[tuple[str, str]]:
    """A message and a hint for each thing that plain text of one line may not hold."""
    markup = _MARKUP.search(text)
    unknown = next((mark.typed for mark in unknown_marks(text, is_plain=True)), None)
    typed = markup.group() if markup else unknown
    if typed:
        yield (
            f"This is plain text, and `{typed}` would be shown as it is typed.",
            "Leave the markup out.",
        )
    if dose_rules:
        yield from doses.misprints(text)


def _plain(text: str, info: ValidationInfo) -> str:
    if not text.strip():
        raise UnfitError.because("This is empty.", "Write one line of text.")
    if "\n" in text.strip():
        raise UnfitError.because(
            "This is plain text of one line, and it has several.",
            "Join the lines, without `|`.",
        )
    dose_rules = cast("TextRules", info.context).dose_rules
    faults = plain_faults(text, dose_rules=dose_rules)
    findings = [((), Problem("", 1, message, hint)) for message, hint in faults]
    if findings:
        raise UnfitError(findings)
    return text.strip()


def _markdown(text: str, info: ValidationInfo) -> str:
    if not text.strip():
        raise UnfitError.because("This is empty.", "Write at least one sentence.")
    rules = cast("TextRules", info.context)
    findings = [((), problem) for problem in rules.problems_of(text)]
    if findings:
        raise UnfitError(findings)
    return text


def _address(text: str) -> str:
    if re.fullmatch(r"https://[^\s<>\"]+\.[^\s<>\"]+", text) is None:
        raise UnfitError.because(
            f"`{text[:80]}` is not an https address.", "Write the whole address with https://."
        )
    return text


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise UnfitError.because(
            "A decimal number must stand in quotes.",
            'Write it as "2.5", so that it is kept exactly as typed.',
        )
    if _DECIMAL.fullmatch(value) is None:
        raise UnfitError.because(
            f"`{value[:40]}` is not a decimal number.", 'Write digits with a point, such as "2.5".'
        )
    return Decimal(value)


def _tolerance(value: Decimal) -> Decimal:
    if value < 0:
        raise UnfitError.because(
            "The tolerance is below 0.", 'Write how far an answer may be off, such as "0.1" or "0".'
        )
    return value


def _attempts(value: Any) -> int | None:
    if value == "unlimited":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 20:
        return value
    raise UnfitError.because(
        "`attempts` is not understood.", "Write a whole number from 1 to 20, or `unlimited`."
    )


_MINUTES_OF = {"min": 1, "h": 60, "day": 1440, "days": 1440}
LONGEST_DELAY = 30 * 1440


def _delay(value: Any) -> int | None:
    if value is None:
        return None
    number, _, unit = str(value).partition(" ")
    if number.isascii() and number.isdigit() and unit in _MINUTES_OF:
        minutes = int(number) * _MINUTES_OF[unit]
        if 1 <= minutes <= LONGEST_DELAY:
            return minutes
    raise UnfitError.because(
        "`delay` is not understood.", "Write it as `30 min`, `24 h` or `2 days`, at most 30 days."
    )


MOST_ON_A_PAGE = 50


def _per_page(value: Any) -> int | Literal["all"] | None:
    """Return None for one question on a page: a file that says so is the same as one that says nothing."""
    if value == "all":
        return "all"
    if value is None or (type(value) is int and 1 <= value <= MOST_ON_A_PAGE):
        return None if value == 1 else value
    raise UnfitError.because(
        "`per_page` is not understood.",
        f"Write a whole number from 1 to {MOST_ON_A_PAGE}, or `all`.",
    )


def _drawing(name: str, info: ValidationInfo) -> str:
    drawings = cast("TextRules", info.context).drawings
    if name not in drawings:
        from_there = ", ".join(sorted(drawings)) or "none yet"
        raise UnfitError.because(
            f"There is no drawing `{name[:80]}`.", f"Drawings in media/: {from_there}."
        )
    return name


def _language(tag: str) -> str:
    usual = usual_tag(tag)
    if usual is None:
        raise UnfitError.because(
            f"`{tag[:20]}` is not the tag of a language that is known here.",
            "Write a tag such as `en`, `de` or `pt-BR`, or leave `language` out for that of the academy.",
        )
    if tag != usual:
        raise UnfitError.because(
            f"`{tag[:20]}` is not how this tag is written.", f"Write `{usual}`."
        )
    return tag


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise UnfitError.because(
            f"`{text[:40]}` is not a date.", "Write year, month and day, such as 2027-01-31."
        ) from None
    return text


Key = Annotated[str, AfterValidator(_key)]
Plain = Annotated[str, Field(max_length=1000), AfterValidator(_plain)]
Plain20 = Annotated[str, Field(max_length=20), AfterValidator(_plain)]
Plain120 = Annotated[str, Field(max_length=120), AfterValidator(_plain)]
Plain200 = Annotated[str, Field(max_length=200), AfterValidator(_plain)]
Plain300 = Annotated[str, Field(max_length=300), AfterValidator(_plain)]
Markdown = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_markdown)]
Address = Annotated[str, Field(max_length=500), AfterValidator(_address)]
Language = Annotated[str, Field(max_length=35), AfterValidator(_language)]
Day = Annotated[str, AfterValidator(_day)]
DrawingName = Annotated[str, AfterValidator(_drawing)]
QuotedDecimal = Annotated[Decimal, BeforeValidator(_decimal)]
Tolerance = Annotated[Decimal, BeforeValidator(_decimal), AfterValidator(_tolerance)]
Attempts = Annotated[int | None, BeforeValidator(_attempts)]
Delay = Annotated[int | None, BeforeValidator(_delay)]
"""A length of time in the file, whole minutes afterwards."""
PerPage = Annotated[int | Literal["all"] | None, BeforeValidator(_per_page)]
"""How many questions stand on a page of an attempt; None: one."""
