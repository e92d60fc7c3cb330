"""Makes calendar invites (RFC 5545, 5546) from the plain description in an outbox row."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText


def invite(described: dict[str, Any], *, organiser: str, base_url: str) -> tuple[str, bytes]:
    """Return the METHOD (REQUEST, CANCEL or PUBLISH) and the calendar's bytes.

    `described` has method, uid, sequence, starts_at, ends_at (ISO with zone), zone, summary,
    location, description, path, attendee, attendee_name and stamped_at. The UID is one per seat for
    life; the sequence rises with every visible change. PUBLISH, for a download, names no attendee.
    """
    zone = ZoneInfo(described["zone"])
    event = Event()
    event.add("uid", described["uid"])
    event.add("sequence", described["sequence"])
    event.add("dtstamp", datetime.fromisoformat(described["stamped_at"]).astimezone(UTC))
    starts = datetime.fromisoformat(described["starts_at"]).astimezone(zone)
    ends = datetime.fromisoformat(described["ends_at"]).astimezone(zone)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", described["summary"])
    event.add("location", described["location"])
    event.add("description", described["description"])
    event.add("url", f"{base_url}{described['path']}")
    event.add("status", "CANCELLED" if described["method"] == "CANCEL" else "CONFIRMED")
    event["organizer"] = vCalAddress(f"mailto:{organiser}")
    if described["method"] != "PUBLISH":
        event["attendee"] = _attendee(described)
    calendar = Calendar()
    calendar.add("prodid", "-//Preceptor//Practicals//EN")
    calendar.add("version", "2.0")
    calendar.add("method", described["method"])
    calendar.add_component(event)
    # Only the clock changes near the day; the default would list seventy years of them.
    near = timedelta(days=400)
    calendar.add_missing_timezones(
        first_date=(starts - near).date(), last_date=(ends + near).date()
    )
    return described["method"], calendar.to_ical()


def _attendee(described: dict[str, Any]) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{described['attendee']}")
    attendee.params["cn"] = vText(described["attendee_name"])
    attendee.params["partstat"] = vText("ACCEPTED")
    attendee.params["rsvp"] = vText("FALSE")
    return attendee
