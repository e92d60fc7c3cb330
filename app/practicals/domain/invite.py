"""Describes calendar entries for a place, or for a practical that somebody teaches.
`app.mail.calendar` turns them into a file, in the language of the recipient."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.kit.ids import SeatId, UserId
from app.kit.messages import Text, msg, sentences
from app.mail.calendar_entries import CalendarEntry
from app.mail.calendar_entries import Method as Method
from app.practicals.domain.seats import Practical
from app.practicals.domain.terms import CancelTerms


def described(
    practical: Practical,
    seat_id: SeatId,
    *,
    course: str,
    name: str,
    email: str,
    method: Method,
    sequence: int,
    terms: CancelTerms | None,
    now: datetime,
) -> CalendarEntry:
    """Return the calendar entry of one place. Its UID never changes, so that REQUEST adds or moves
    the entry, CANCEL removes it, and a downloaded entry (PUBLISH) is the same as the mailed one.
    `terms` say until when the place can be given up."""
    about = msg("{course}: {practical}.", course=course, practical=practical.title)
    return _entry(
        practical,
        method,
        sequence,
        uid=f"{seat_id}@practicals.preceptor",
        path=f"/practicals/{practical.id}",
        description=sentences(about, terms.message if terms else None),
        name=name,
        email=email,
        now=now,
    )


def described_teaching(
    practical: Practical,
    user_id: UserId,
    *,
    course: str,
    name: str,
    email: str,
    method: Method,
    sequence: int,
    now: datetime,
) -> CalendarEntry:
    """Return the calendar entry of an instructor of a practical. Its UID is the same for ever for
    this person and practical, so `sequence` must increase even if they are removed and added again."""
    return _entry(
        practical,
        method,
        sequence,
        uid=f"{practical.id}.{user_id}@teaching.preceptor",
        path=f"/teach/practicals/{practical.id}",
        description=msg(
            "{course}: {practical}. You teach on this day.",
            course=course,
            practical=practical.title,
        ),
        name=name,
        email=email,
        now=now,
    )


def _entry(
    practical: Practical,
    method: Method,
    sequence: int,
    *,
    uid: str,
    path: str,
    description: Text,
    name: str,
    email: str,
    now: datetime,
) -> CalendarEntry:
    zone = ZoneInfo(practical.zone)
    return CalendarEntry(
        method=method,
        uid=uid,
        sequence=sequence,
        starts_at=practical.starts_at.astimezone(zone),
        ends_at=practical.ends_at.astimezone(zone),
        summary=practical.title,
        location=practical.room,
        description=description,
        path=path,
        attendee=email,
        attendee_name=name,
        stamped_at=now,
    )
