"""The public dates as schema.org data for search engines. It contains only what the page shows."""

from typing import Any
from zoneinfo import ZoneInfo

from app.enrolments.schema_org import CONTEXT, organisation, start_event
from app.kit.academy import Academy
from app.kit.messages import msg
from app.kit.words import Words
from app.practicals.queries.public import PublicDate, PublicDates


def dates_document(
    page: PublicDates, *, academy: Academy, base_url: str, words: Words
) -> dict[str, Any]:
    """Return every course start and every practical of the page as an event, in the language of the page."""
    starts = [
        start_event(start.offer, start.course_title, academy=academy, base_url=base_url)
        for start in page.starts
    ]
    days = [
        _day_event(day, academy=academy, base_url=base_url, words=words) for day in page.days.rows
    ]
    return {"@context": CONTEXT, "@graph": [*starts, *days]}


def _day_event(day: PublicDate, *, academy: Academy, base_url: str, words: Words) -> dict[str, Any]:
    zone = ZoneInfo(day.zone)
    about = msg("A practical day for students of the course “{course}”.", course=day.course_title)
    return {
        "@type": "EducationEvent",
        "name": day.title,
        "description": words.of(about),
        "startDate": day.starts_at.astimezone(zone).isoformat(),
        "endDate": day.ends_at.astimezone(zone).isoformat(),
        "eventStatus": f"{CONTEXT}/EventScheduled",
        "eventAttendanceMode": f"{CONTEXT}/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": day.room, "address": day.room},
        "organizer": organisation(academy, base_url),
        "maximumAttendeeCapacity": day.capacity,
        "remainingAttendeeCapacity": day.free,
        "url": f"{base_url}/dates",
    }
