"""Times in the zone of the venue, and their wording."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.kit.zones import zone_words


def start_of_day(moment: datetime, zone: str) -> datetime:
    """Return the beginning of the day, in the venue's zone, that contains a time."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def week_of(moment: datetime, zone: str) -> date:
    """Return the Monday, in the venue's zone, of the week that contains a time."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


def whole_hours(earlier: datetime, later: datetime) -> int:
    """Return the number of hours between two times, rounded down."""
    return (later - earlier) // timedelta(hours=1)


def day_words(moment: datetime, zone: str) -> str:
    """Tue 8 Dec 2026"""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y}"


def written_day(day: date) -> str:
    """8 December 2026"""
    return f"{day.day} {day:%B %Y}"


def month_words(moment: datetime, zone: str) -> str:
    """December 2026"""
    return f"{moment.astimezone(ZoneInfo(zone)):%B %Y}"


def moment_words(moment: datetime, zone: str) -> str:
    """Tue 8 Dec 2026, 10:00, London time"""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day_words(moment, zone)}, {local:%H:%M}, {zone_words(zone)}"


def span_words(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Tue 8 Dec 2026, 10:00 to 17:00, London time"""
    ends = ends_at.astimezone(ZoneInfo(zone))
    starts = starts_at.astimezone(ZoneInfo(zone))
    until = f"{ends:%H:%M}" if starts.date() == ends.date() else moment_words(ends_at, zone)
    if starts.date() != ends.date():
        return f"{day_words(starts_at, zone)}, {starts:%H:%M} to {until}"
    return f"{day_words(starts_at, zone)}, {starts:%H:%M} to {until}, {zone_words(zone)}"
