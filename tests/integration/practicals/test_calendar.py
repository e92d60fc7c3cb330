"""The invites people get: parsed again, with one UID per place and a sequence that rises."""

from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import default

import pytest
from icalendar import Calendar

from app.jobs import deliver_due
from app.main import make_mailer
from app.outbox import queries as outbox
from app.outbox.health import deliveries
from app.outbox.models import KeptMail
from app.practicals import service
from tests.make import NOW
from tests.make.keys import ISSUER
from tests.make.people import a_user
from tests.make.practicals import a_plan, a_practical, a_ready_student
from tests.make.versions import plan_version


@pytest.fixture
def delivered(app, database, settings):
    """Deliver what waits and return (subject, MIME method, calendar) of every mail, oldest first."""

    def deliver(to: str):
        mailer = make_mailer(settings, app.state.app_context)
        with database.read() as db:
            assert outbox.given_up(db) == ()
        while deliver_due(database, mailer, ISSUER, now=NOW + timedelta(days=1)):
            pass
        with database.read() as db:
            assert {each.waiting for each in deliveries(db, now=NOW)} == {0}
            mails_kept = sorted(outbox.kept_mails(db, to=to), key=lambda mail: mail.id)
            sources = [db.get_one(KeptMail, mail.id).source for mail in mails_kept]
        invites = []
        for source in sources:
            message = message_from_string(source, policy=default)
            for part in message.walk():
                if part.get_content_type() == "text/calendar":
                    calendar = Calendar.from_ical(part.get_payload(decode=True))
                    invites.append((message["Subject"], part.get_param("method"), calendar))
        return invites

    return deliver


def event_of(calendar: Calendar):
    (event,) = calendar.walk("VEVENT")
    return event


def test_book_change_promote_and_cancel(delivered, database):
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
        teacher = a_user(db, "Ira", roles=("instructor",))
        practical_id = a_practical(db, capacity=1, instructors=(teacher,))
        ann = a_ready_student(db, "Ann 🙂 Émile")
        ben = a_ready_student(db, "Ben")
        service.book_seat(db, ann, practical_id, now=NOW)
        service.join_waiting_list(db, ben, practical_id, now=NOW)
    plan = a_plan(instructors=frozenset({teacher.user_id}), capacity=1, room="Room 9")
    with database.write() as db:
        version = plan_version(db, practical_id)
        service.change_practical(db, admin, practical_id, plan, expected_version=version, now=NOW)
    with database.write() as db:
        service.cancel_seat(db, ann, practical_id, now=NOW)
    with database.write() as db:
        service.cancel_practical(db, admin, practical_id, reason="Burst pipe", now=NOW)

    story = delivered(ann.email)
    assert [method for _, method, _ in story] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [str(calendar["METHOD"]) for *_, calendar in story] == ["REQUEST", "REQUEST", "CANCEL"]
    events = [event_of(calendar) for *_, calendar in story]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [str(event["LOCATION"]) for event in events] == ["Room 1", "Room 9", "Room 9"]
    assert all(str(event["ORGANIZER"]) == "mailto:academy@preceptor.example" for event in events)
    assert all(str(event["ATTENDEE"]) == f"mailto:{ann.email}" for event in events)
    assert all(
        event["DTSTAMP"].dt.tzinfo is UTC or event["DTSTAMP"].dt.utcoffset() == timedelta()
        for event in events
    )

    next_one = delivered(ben.email)
    assert [(method, event_of(calendar)["SEQUENCE"]) for _, method, calendar in next_one] == [
        ("REQUEST", 0),
        ("CANCEL", 1),
    ]
    assert str(event_of(next_one[0][2])["UID"]) != str(events[0]["UID"])
    assert "yours" in next_one[0][0]


def test_a_downloaded_invite_is_the_entry_that_was_mailed(delivered, database, as_person):
    with database.write() as db:
        practical_id = a_practical(db)
        ann = a_ready_student(db, "Ann")
        other = a_ready_student(db, "Ben")
        service.book_seat(db, ann, practical_id, now=NOW)
    ((_, _, mailed),) = delivered(ann.email)
    browser = as_person(ann)
    address = f"/practicals/{practical_id}/invite.ics"
    assert address in browser.get(f"/practicals/{practical_id}").text
    answer = browser.get(address)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="practical.ics"'
    calendar = Calendar.from_ical(answer.content)
    assert str(calendar["METHOD"]) == "PUBLISH"
    event = event_of(calendar)
    assert "ATTENDEE" not in event  # RFC 5546, 3.2.1
    for name in ("UID", "SEQUENCE", "SUMMARY", "LOCATION", "URL", "ORGANIZER"):
        assert event[name] == event_of(mailed)[name]
    assert event["URL"] == f"http://testserver/practicals/{practical_id}"
    assert event["DTSTART"].dt == event_of(mailed)["DTSTART"].dt
    assert len(calendar.walk("VTIMEZONE")) == 1

    assert as_person(other).get(address).status_code == 404
    with database.write() as db:
        service.cancel_seat(db, ann, practical_id, now=NOW)
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize(
    ("starts", "local"),
    [
        (datetime(2027, 3, 28, 9, tzinfo=UTC), "2027-03-28T10:00:00+01:00"),
        (datetime(2027, 10, 31, 9, tzinfo=UTC), "2027-10-31T09:00:00+00:00"),
        (datetime(2028, 2, 29, 9, tzinfo=UTC), "2028-02-29T09:00:00+00:00"),
    ],
)
def test_days_of_the_clock_change_stand_at_the_right_hour(delivered, database, starts, local):
    with database.write() as db:
        practical_id = a_practical(
            db,
            starts_at=starts,
            ends_at=starts + timedelta(hours=7),
            booking_closes_at=starts,
            cancel_until=starts,
        )
        ann = a_ready_student(db, "Ann")
        service.book_seat(db, ann, practical_id, now=NOW)
    ((_, _, calendar),) = delivered(ann.email)
    event = event_of(calendar)
    assert event["DTSTART"].dt.isoformat() == local
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=7)
    assert event["DTSTART"].params["TZID"] == "Europe/London"
    assert len(calendar.walk("VTIMEZONE")) == 1
    source = calendar.to_ical()
    assert b"\r\n" in source
    assert max(len(line) for line in source.split(b"\r\n")) <= 75
    assert len(source) < 2500
