"""The public dates as schema.org data for search engines. It contains only what the page shows."""

from typing import Any
from zoneinfo import ZoneInfo

from app.enrolments.schema_org import CONTEXT, organisation, start_event
from app.kit.academy import Academy
from app.practicals.queries.public import PublicDate, PublicDates


def dates_document(page: PublicDates, *, academy: Academy, base_url: str) -> dict[str, Any]:
    """Return every course start and every practical of the page as an event."""
    starts = [
        start_event(start.offer, start.course_title, academy=academy, base_url=base_url)
        for start in page.starts
    ]
    days = [_day_event(day, academy=academy, base_url=base_url) for day in page.days.rows]
    return {"@context": CONTEXT, "@graph": [*starts, *days]}


def _day_event(day: PublicDate, *, academy: Academy, base_url: str) -> dict[str, Any]:
    zone = ZoneInfo(day.zone)
    return {
        "@type": "EducationEvent",
        "name": day.title,
        "description": f"A practical day for students of the course “{day.course_title}”.",
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
