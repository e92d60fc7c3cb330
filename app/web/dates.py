"""Days, times and amounts as people type them; moments in the academy's zone at the edge.

In every language days may be typed in English or in figures, and forms show them as they can be typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, cast
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ValidationInfo

from app.kit.currency import Currency, NotAnAmount
from app.kit.formats import ENGLISH
from app.kit.messages import Message, msg

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS: Final = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
_WEEKDAY: Final = re.compile(r"^([a-z]{2,9})\.?,? +(.*\d.*)$")
_DAY_FIRST: Final = re.compile(
    r"^(\d{1,2})(?:st|nd|rd|th)?(?: of)? +([a-z]{3,9})\.?(?:,? +(\d{4}|\d{2}))?$"
)
_MONTH_FIRST: Final = re.compile(r"^([a-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?(?:,? +(\d{4}))?$")
_FIGURES: Final = re.compile(r"^(\d{1,2})[ ./-](\d{1,2})[ ./-](\d{4}|\d{2})$")
_ISO: Final = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_TIME: Final = re.compile(r"^(\d{1,2})(?:[:.h]?(\d{2}))? ?(am|pm|a\.m\.|p\.m\.)?$")
FIRST_YEAR, LAST_YEAR = 2000, 2099
"""The academy plans and records nothing outside these years, so another year is a slip of the finger."""
NO_DAY: Final = msg("Enter a date such as 8 December 2026 or 2026-12-08.")
CURRENCY_NAMES: Final = {"EUR": msg("euros"), "GBP": msg("pounds")}
LARGEST_AMOUNT: Final = 10_000_000
"""In smallest units: £100,000."""


def read_day(typed: object) -> object:
    """Read 8 December 2026, Tue 8 Dec 2026, December 8, 2026, 8/12/2026 or 8/12/26 (the day first), or
    2026-12-08. Refuses a weekday that the day does not have, because one of the two is wrong."""
    if not isinstance(typed, str):
        return typed
    text = " ".join(typed.lower().split())
    weekday = _weekday_before(text)
    day = _day_in(text if weekday is None else _WEEKDAY.sub(r"\2", text))
    _demand_year(day.year)
    if weekday not in (None, day.weekday()):
        raise ValueError(
            msg("That day is {day:long}. Correct the day, or leave out the weekday.", day=day)
        )
    return day


@dataclass(frozen=True, slots=True)
class WeekdayQuestion:
    """A typed day that has another weekday than the typed one. `day` is the typed day; `others` are the
    nearest days before and after it that have the typed weekday."""

    day: date
    others: tuple[date, date]

    @property
    def days(self) -> tuple[date, ...]:
        """Every day that may be meant, the typed one first."""
        return self.day, *self.others


def weekday_question(typed: object) -> WeekdayQuestion | None:
    """Return what to ask about a typed day whose weekday does not fit; None if it fits, if there is no
    weekday, or if the day cannot be read at all."""
    text = " ".join(typed.lower().split()) if isinstance(typed, str) else ""
    weekday = _weekday_before(text)
    if weekday is None:
        return None
    try:
        day = _day_in(_WEEKDAY.sub(r"\2", text))
        _demand_year(day.year)
    except ValueError:
        return None
    later = (weekday - day.weekday()) % 7
    if not later:
        return None
    return WeekdayQuestion(day, (day + timedelta(later - 7), day + timedelta(later)))


def answered_day(typed: object, answer: object) -> object:
    """Return the day that was chosen when a typed day was asked about; the typed text if it needs no answer
    or if the answer is none of the days that may be meant."""
    question = weekday_question(typed)
    if question is None or answer not in {day.isoformat() for day in question.days}:
        return typed
    return answer


def _demand_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(
            msg(
                "Check the year: it lies between {first:plain} and {last:plain}.",
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )


def in_utc(at: datetime) -> datetime:
    """Return a moment with an offset in UTC. Refuses years in which the academy plans nothing."""
    _demand_year(at.year)
    return at.astimezone(UTC)


def _weekday_before(text: str) -> int | None:
    """Return the weekday with which a text begins, Monday as 0, or None. A month is no weekday."""
    match = _WEEKDAY.match(text)
    days = [name for name in _WEEKDAYS if match and name.startswith(match[1])]
    return _WEEKDAYS.index(days[0]) if len(days) == 1 else None


def _day_in(text: str) -> date:
    try:
        if match := _ISO.match(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _FIGURES.match(text):
            return date(_year(match[3]), int(match[2]), int(match[1]))
        if match := _DAY_FIRST.match(text):
            return date(_year(match[3]), _month(match[2]), int(match[1]))
        if match := _MONTH_FIRST.match(text):
            return date(_year(match[3]), _month(match[1]), int(match[2]))
    except _BadDay as bad:
        raise ValueError(bad.message) from None
    except ValueError:
        raise ValueError(msg("There is no such day. Check the day and the month.")) from None
    raise ValueError(NO_DAY)


class _BadDay(Exception):
    """A part of a typed day that is understood and wrong."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def _year(digits: str | None) -> int:
    """Return a year; 27 is 2027."""
    if digits is None:
        raise _BadDay(msg("Enter the year, too, such as 8 December 2026."))
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _month(word: str) -> int:
    months = [name for name in _MONTHS if name.startswith(word)]
    if word == "sept":
        months = ["september"]
    if len(months) != 1:
        raise _BadDay(NO_DAY)
    return _MONTHS.index(months[0]) + 1


def read_time(typed: object) -> object:
    """Read 10:00, 9.30, 17:45, 1000, 10, 10am or 2.30 pm."""
    if not isinstance(typed, str):
        return typed
    match = _TIME.match(typed.strip().lower())
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (24, 0)
    half = match[3][0] if match and match[3] else None
    if half is not None:
        hour = hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else 24
    if hour > 23 or minute > 59:
        raise ValueError(msg("Enter a time such as 10:00 or 17:30."))
    return time(hour, minute)


def read_amount(typed: object, info: ValidationInfo) -> object:
    """Read 1250 or 1,250.50 as whole smallest units of the academy's currency, which is the `currency` of
    the form's context."""
    if not isinstance(typed, str):
        return typed
    currency = cast("Mapping[str, Currency]", info.context)["currency"]
    try:
        amount = currency.read(typed)
    except NotAnAmount:
        raise ValueError(_an_amount_in(currency)) from None
    if amount > LARGEST_AMOUNT:
        raise ValueError(msg("Enter {most} or less.", most=f"{currency.amount(LARGEST_AMOUNT):,f}"))
    return amount


def _an_amount_in(currency: Currency) -> Message:
    """Return how an amount is typed. The examples are written as they can be typed in any language."""
    name: Message | str = CURRENCY_NAMES.get(currency.code, currency.code)
    return msg(
        "Enter an amount in {currency}, such as 1250 or {example}.",
        currency=name,
        example=currency.example,
    )


Day = Annotated[date, BeforeValidator(read_day)]
TimeOfDay = Annotated[time, BeforeValidator(read_time)]
Amount = Annotated[int, BeforeValidator(read_amount)]
UtcMoment = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A moment in JSON or in an address, with its offset: 2026-12-08T10:00:00Z."""


def moment(day: date, at: time, zone: str) -> datetime:
    """Return the moment of a local day and time, in UTC. Of an hour that comes twice in autumn the
    first is meant; for an hour that the clocks skip in spring, raise ValueError."""
    local = datetime.combine(day, at, ZoneInfo(zone))
    try:
        exact = local.astimezone(UTC)
    except OverflowError:  # the first and the last day of the calendar
        raise ValueError(msg("There is no such day. Check the year.")) from None
    if exact.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError(msg("The clocks go forward then, so there is no such time that day."))
    return exact


def local_day(now: datetime, zone: str) -> date:
    """Return the day it is in a zone."""
    return now.astimezone(ZoneInfo(zone)).date()


def typed_day(day: date) -> str:
    """Return a day as a form shows it for editing: 8 December 2026."""
    return ENGLISH.day(day, "plain")


def typed_time(at: time) -> str:
    """Return a time as a form shows it for editing: 10:00."""
    return ENGLISH.time(at)


def typed_moment(instant: datetime, zone: str) -> dict[str, str]:
    """Return the `day` and `time` of a moment as a form shows them."""
    local = instant.astimezone(ZoneInfo(zone))
    return {"day": typed_day(local.date()), "time": typed_time(local.time())}
