"""Times in the zone of the venue, and what is said of them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.kit.messages import Message, msg
from app.kit.zones import moment_at, zone_words


def start_of_day(moment: datetime, zone: str) -> datetime:
    """Return the beginning of the day, in the venue's zone, that contains a time."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def week_of(moment: datetime, zone: str) -> date:
    """Return the Monday, in the venue's zone, of the week that contains a time."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


def month_of(moment: datetime, zone: str) -> date:
    """Return the first day, in the venue's zone, of the month that contains a time."""
    return moment.astimezone(ZoneInfo(zone)).date().replace(day=1)


def month_key(day: date) -> str:
    """2026-12, as addresses name the month of a day."""
    return day.isoformat()[:7]


def month_option(month: date) -> tuple[str, Message]:
    """Return a month as an option to choose: its key, and December 2026."""
    return month_key(month), msg("{month:month}", month=month)


def whole_hours(earlier: datetime, later: datetime) -> int:
    """Return the number of hours between two times, rounded down."""
    return (later - earlier) // timedelta(hours=1)


def moment_message(moment: datetime, zone: str) -> Message:
    """Tue 8 Dec 2026, 10:00, London time"""
    return msg("{at}, {zone}", at=moment_at(moment, zone), zone=zone_words(zone))


def span_message(starts_at: datetime, ends_at: datetime, zone: str) -> Message:
    """Tue 8 Dec 2026, 10:00 to 17:00, London time"""
    starts, ends = moment_at(starts_at, zone), moment_at(ends_at, zone)
    where = zone_words(zone)
    if starts.date() == ends.date():
        return msg("{starts} to {ends:time}, {zone}", starts=starts, ends=ends, zone=where)
    return msg("{starts} to {ends}, {zone}", starts=starts, ends=ends, zone=where)
