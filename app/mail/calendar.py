"""Makes calendar invites (RFC 5545, 5546) from the entries of a mail."""

from datetime import UTC, timedelta

from icalendar import Calendar, Event, vCalAddress, vText

from app.kit.words import Words
from app.mail.calendar_entries import CalendarEntry


def invite(
    entry: CalendarEntry, words: Words, *, organiser: str, base_url: str
) -> tuple[str, bytes]:
    """Return the METHOD (REQUEST, CANCEL or PUBLISH) and the calendar's bytes, in the language of the
    recipient."""
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamped_at.astimezone(UTC))
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", words.of(entry.summary))
    event.add("location", entry.location)
    event.add("description", words.of(entry.description))
    event.add("url", f"{base_url}{entry.path}")
    event.add("status", "CANCELLED" if entry.method == "CANCEL" else "CONFIRMED")
    event["organizer"] = vCalAddress(f"mailto:{organiser}")
    if entry.method != "PUBLISH":
        event["attendee"] = _attendee(entry)
    calendar = Calendar()
    calendar.add("prodid", "-//Preceptor//Practicals//EN")
    calendar.add("version", "2.0")
    calendar.add("method", entry.method)
    calendar.add_component(event)
    # Only the clock changes near the day; the default would list seventy years of them.
    near = timedelta(days=400)
    calendar.add_missing_timezones(
        first_date=(entry.starts_at - near).date(), last_date=(entry.ends_at + near).date()
    )
    return entry.method, calendar.to_ical()


def _attendee(entry: CalendarEntry) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{entry.attendee}")
    attendee.params["cn"] = vText(entry.attendee_name)
    attendee.params["partstat"] = vText("ACCEPTED")
    attendee.params["rsvp"] = vText("FALSE")
    return attendee
