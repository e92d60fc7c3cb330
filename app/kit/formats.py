"""Dates, times, amounts and lists in the words of a locale. Only this module calls Babel for them.

English has the house's own patterns (`Tue 8 Dec 2026`, without CLDR's comma); every other locale has those
of CLDR. A time of day is always shown with 24 hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache, reduce
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from app.kit.currency import Currency

Unit = Literal["day", "hour", "minute", "second"]
DayForm = Literal["", "plain", "long", "month"]
ListForm = Literal["and", "or", "plain", "clauses"]
LIST_STYLES: Final[dict[str, Literal["standard", "or"]]] = {"and": "standard", "or": "or"}
"""The names of CLDR for how a list is written."""
ENGLISH_DAYS: Final[dict[DayForm, str]] = {
    "": "EEE d MMM y",
    "plain": "d MMMM y",
    "long": "EEEE d MMMM y",
    "month": "MMMM y",
}
MOST_REMEMBERED: Final = 4_000
"""How many days are cached as words, of all locales together: a page of days asks for the same ones again."""
MOST_LOCALES: Final = 32
"""How many locales of Babel are cached: a page asks for its own at every moment it shows in a time zone."""


@dataclass(frozen=True, slots=True)
class Formats:
    """How values are written in one locale, one time zone and one currency. `tag` is a tag such as
    `en-GB`."""

    tag: str
    zone: str
    currency: Currency
    locale: Locale = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "locale", _locale(self.tag))

    def local(self, moment: datetime) -> datetime:
        """Return a moment in its own zone; one in UTC is shown in the zone of these formats."""
        if isinstance(moment.tzinfo, ZoneInfo) and moment.tzinfo.key not in ("UTC", "Etc/UTC"):
            return moment
        return moment.astimezone(ZoneInfo(self.zone))

    def day(self, day: date, form: DayForm = "") -> str:
        """`Tue 8 Dec 2026`; plain: `8 December 2026`; long: `Tuesday 8 December 2026`; month: `December
        2026`."""
        if isinstance(day, datetime):
            day = self.local(day).date()
        return _day(day, form, self.tag)

    def day_parts(self, day: date) -> tuple[str, str, str]:
        """`Dec`, `8` and `Tue`: month, day and weekday by themselves, as a leaf of a calendar has them."""
        if isinstance(day, datetime):
            day = self.local(day).date()
        is_english = self.locale.language == "en"
        patterns = ("MMM", "d", "EEE") if is_english else ("LLL", "d", "ccc")
        locale = "en" if is_english else self.locale
        month, number, weekday = (format_date(day, part, locale=locale) for part in patterns)
        return month, number, weekday

    def time(self, at: datetime | time) -> str:
        """`10:00`"""
        clock = self.local(at).timetz().replace(tzinfo=None) if isinstance(at, datetime) else at
        if self.locale.language == "en":
            return f"{clock:%H:%M}"
        return format_time(clock, "HH:mm", locale=self.locale)

    def moment(self, moment: datetime, form: DayForm = "") -> str:
        """`Tue 8 Dec 2026, 10:00`"""
        day, clock = self.day(moment, form), self.time(moment)
        if self.locale.language == "en":
            return f"{day}, {clock}"
        return str(self.locale.datetime_formats["medium"]).format(clock, day)

    def number(self, number: int | Decimal) -> str:
        """`1,250` or `0.5`"""
        if self.locale.language == "en" and isinstance(number, int):
            return f"{number:,}"
        return format_decimal(number, locale=self.locale, decimal_quantization=False)

    def plain_number(self, number: int | Decimal) -> str:
        """`1250`: without separators of thousands, as a year or a code is written."""
        return format_decimal(
            number, locale=self.locale, group_separator=False, decimal_quantization=False
        )

    def money(self, minor: int) -> str:
        """`£1,250` or `£1,250.50`: decimal places are shown where they are not all zero. `minor` is in the
        smallest unit."""
        if self.locale.language == "en":
            return self.currency.words(minor)
        amount = self.currency.amount(minor)
        places = 0 if amount == amount.to_integral() else self.currency.decimals
        pattern = self.locale.currency_formats["standard"]
        return format_currency(
            amount.quantize(Decimal(1).scaleb(-places)),
            self.currency.code,
            pattern.pattern.replace(".00", "." + "0" * places if places else ""),
            locale=self.locale,
            currency_digits=False,
        )

    def duration(self, minutes: int | timedelta) -> str:
        """`45 minutes`, `1 hour`, `1 hour 30 minutes`; an int is in minutes."""
        total = int(minutes.total_seconds() // 60) if isinstance(minutes, timedelta) else minutes
        hours, rest = divmod(total, 60)
        parts = [self._unit(hours, "hour")] if hours else []
        if rest or not hours:
            parts.append(self._unit(rest, "minute"))
        return " ".join(parts)

    def largest_unit(self, span: timedelta) -> str:
        """`12 minutes`: a span of time in its largest whole unit, from days to seconds."""
        seconds = max(0, int(span.total_seconds()))
        units: tuple[tuple[int, Unit], ...] = ((86_400, "day"), (3600, "hour"), (60, "minute"))
        for size, unit in units:
            if seconds >= size:
                return self._unit(seconds // size, unit)
        return self._unit(seconds, "second")

    def listed(self, words: Sequence[str], form: ListForm = "and") -> str:
        """`A, B and C`, `A, B or C`, plain: `A, B, C`, or clauses: `A; B; and C`"""
        if not words:
            return ""
        if form == "clauses":
            is_english = self.locale.language == "en" and len(words) > 1
            last = f"and {words[-1]}" if is_english else words[-1]
            return "; ".join((*words[:-1], last))
        if form == "plain":
            # Not the style "unit" of CLDR, which Babel does not have for German and most other languages.
            joint = self.locale.list_patterns["standard"]["start"]
            return reduce(joint.format, words)
        return format_list(words, LIST_STYLES[form], locale=self.locale)

    def _unit(self, number: int, unit: Unit) -> str:
        return format_unit(number, f"duration-{unit}", locale=self.locale)


@lru_cache(MOST_LOCALES)
def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


@lru_cache(MOST_REMEMBERED)
def _day(day: date, form: DayForm, tag: str) -> str:
    locale = _locale(tag)
    if locale.language == "en":
        # Only the names of days and months come from CLDR. `en-GB` has the house's, but for "Sept".
        return format_date(day, ENGLISH_DAYS[form], locale="en")
    if form in ("long", "plain"):
        return format_date(day, "full" if form == "long" else "long", locale=locale)
    return format_skeleton("yMMMM" if form == "month" else "yMMMEd", day, locale=locale)


def usual_tag(tag: str) -> str | None:
    """Return the tag of a language as it is usually written, such as `pt-BR` for `pt_br`, or None if Babel
    does not know its days and numbers."""
    try:
        return str(Locale.parse(tag.replace("_", "-"), sep="-")).replace("_", "-")
    except (UnknownLocaleError, ValueError):
        return None


ENGLISH: Final = Formats("en-GB", "UTC", Currency("GBP"))
"""For logs, commands and tests. Moments are shown in UTC."""
