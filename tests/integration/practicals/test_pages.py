"""The pages of practicals, as visitors, students, instructors and admins meet them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import func, select

from app.kit.actor import Actor
from app.kit.ids import PracticalId, new_uuid
from app.practicals import queries
from app.practicals.domain.seats import Attendance, PracticalStatus, SeatState
from app.practicals.models import PracticalRow, Seat
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import (
    STARTS,
    a_practical,
    a_ready_student,
    a_seat,
    a_waiter,
    an_intake,
)
from tests.make.versions import version_on

AsPerson = Callable[[Actor], TestClient]


@pytest.fixture
def ann(database) -> Actor:
    with database.write() as db:
        return a_ready_student(db, "Ann")


@pytest.fixture
def day(database, teacher) -> PracticalId:
    with database.write() as db:
        return a_practical(db, capacity=1, instructors=(teacher,))


# Visitors and students


def test_visitors_see_dates_and_are_asked_to_sign_in(client, database, day):
    with database.write() as db:
        a_practical(db, status=PracticalStatus.draft, room="Secret room")
        a_practical(db, starts_at=NOW, room="Past room")
    text = words(client.get("/dates"))
    assert "Tue 15 Dec 2026, 09:00 to 16:00, London time" in text
    assert "1 of 1 place left" in text
    assert "Sign in to book" in text
    assert "Secret room" not in text
    assert "Past room" not in text
    response = client.get(f"/practicals/{day}")
    assert response.headers["location"].startswith("/sign-in?next=/practicals/")


def test_nothing_planned(client, ann, as_person):
    assert "No practical day is planned yet" in words(client.get("/dates"))
    page = words(as_person(ann).get("/practicals"))
    assert "Days for the intake Winter 2026 are not fixed yet" in page


def test_the_way_of_a_booking_without_a_script(ann, day, as_person):
    browser = as_person(ann)
    assert "1 of 1 place left" in words(browser.get("/practicals"))
    page = words(browser.get(f"/practicals/{day}"))
    assert "Book your place" in page
    assert "Ira Instructor" in page
    assert "Closed shoes" in page
    response = browser.post(f"/practicals/{day}/book")
    assert (response.status_code, response.headers["location"]) == (303, f"/practicals/{day}")
    page = words(browser.get(f"/practicals/{day}"))
    assert "Your place is booked." in page
    assert "give the place back until Sun 13 Dec 2026, 09:00" in page
    assert "Booked" in words(browser.get("/practicals"))
    assert browser.post(f"/practicals/{day}/cancel").status_code == 303
    assert "You have given your place back." in words(browser.get(f"/practicals/{day}"))


def test_who_loses_the_race_sees_the_reason_and_the_list(database, ann, day, as_person):
    with database.write() as db:
        ben = a_ready_student(db, "Ben")
        a_seat(db, day, ben.user_id)
    browser = as_person(ann)
    response = browser.post(f"/practicals/{day}/book")
    assert response.status_code == 409
    assert "Every place is taken." in words(response)
    assert "Join the waiting list" in words(response)
    assert browser.post(f"/practicals/{day}/waiting").status_code == 303
    page = words(browser.get(f"/practicals/{day}"))
    assert "Your position is 1 of 1" in page
    assert "Waiting, position 1" in words(browser.get("/practicals"))
    assert browser.post(f"/practicals/{day}/waiting/leave").status_code == 303
    assert "You have left the waiting list." in words(browser.get(f"/practicals/{day}"))


def test_who_loses_the_race_books_the_next_day_from_there(database, ann, day, as_person):
    with database.write() as db:
        a_seat(db, day, a_ready_student(db, "Ben").user_id)
        later = {"starts_at": STARTS + timedelta(days=1), "ends_at": STARTS + timedelta(days=2)}
        next_day = a_practical(db, **later)
        a_practical(db, **later, status=PracticalStatus.draft)
        a_practical(db, **later, capacity=0)
    browser = as_person(ann)
    response = browser.post(f"/practicals/{day}/hold")
    assert response.status_code == 409
    assert "Every place is taken." in words(response)
    assert "The next days with a free place" in words(response)
    others = html.fromstring(response.text).xpath(
        "//section[@aria-labelledby='others']//form/@action"
    )
    assert others == [f"/practicals/{next_day}/book"]
    assert browser.post(others[0]).status_code == 303
    assert "The next days" not in words(browser.get(f"/practicals/{day}"))


def test_the_way_of_a_hold_without_a_script(database, ann, day, as_person):
    browser = as_person(ann)
    assert browser.post(f"/practicals/{day}/hold").status_code == 303
    page = words(browser.get(f"/practicals/{day}"))
    assert "A place is kept for you until" in page
    assert "Keep it for 10 more minutes" in page
    assert page.count("Closed shoes") == 1
    with database.write() as db:
        ben = a_ready_student(db, "Ben")
    seen = words(as_person(ben).get(f"/practicals/{day}"))
    assert "1 more place is being booked right now" in seen
    assert browser.post(f"/practicals/{day}/hold/extend").status_code == 303
    assert "Keep it for 10 more" not in words(browser.get(f"/practicals/{day}"))
    refused = browser.post(f"/practicals/{day}/hold/extend")
    assert refused.status_code == 409
    assert "was kept for longer once already" in words(refused)
    assert browser.post(f"/practicals/{day}/hold/release").status_code == 303
    assert "You have let the place go." in words(browser.get(f"/practicals/{day}"))
    assert browser.post(f"/practicals/{day}/hold").status_code == 303
    assert browser.post(f"/practicals/{day}/book").status_code == 303
    assert "Your place is booked." in words(browser.get(f"/practicals/{day}"))


def test_every_unmet_reason_stands_there_with_its_remedy(database, day, as_person):
    with database.write() as db:
        nina = a_ready_student(db, "Nina", without=("needles", "skin"), certificate_name=None)
        stranger = a_user(db, "Stan Stranger", confirmed_at=None)
    response = as_person(nina).get(f"/practicals/{day}")
    page = words(response)
    assert "not complete: " in page
    assert 'href="/learn/small-course"' in response.text
    assert "The profile has no name for the certificate." in page
    assert "Book this place" not in page
    response = as_person(stranger).get("/practicals")
    assert "The e-mail address is not confirmed." in words(response)
    assert 'href="/courses/small-course"' in response.text


def test_a_full_day_sends_only_those_to_its_waiting_list_who_may_join_it(database, day, as_person):
    with database.write() as db:
        ben, nina = a_ready_student(db, "Ben"), a_ready_student(db, "Nina")
        a_seat(db, day, ben.user_id)
        stranger = a_user(db, "Stan Stranger")
    sentence = "Join the waiting list"
    for path in (f"/practicals/{day}", "/practicals"):
        assert sentence.lower() in words(as_person(nina).get(path)).lower()
        page = words(as_person(stranger).get(path))
        assert sentence.lower() not in page.lower()
        assert "A confirmed place on the course comes first." in page


def test_a_waiter_is_told_what_they_would_be_passed_over_for(database, day, as_person):
    with database.write() as db:
        ben = a_ready_student(db, "Ben")
        a_seat(db, day, ben.user_id)
        nina = a_ready_student(db, "Nina", without=("needles",))
    browser = as_person(nina)
    assert "You can join the waiting list already." in words(browser.get(f"/practicals/{day}"))
    browser.post(f"/practicals/{day}/waiting")
    assert "Until you have put this right, others move up before you:" in words(
        browser.get(f"/practicals/{day}")
    )


def test_a_waiter_beside_a_free_place_may_book_it(database, ann, day, as_person):
    """The page applies the rule with the queue, and does not only look at the counter."""
    with database.write() as db:
        ben = a_ready_student(db, "Ben")
        a_waiter(db, day, ann.user_id)
        a_waiter(db, day, ben.user_id)
    assert "Book this place" in words(as_person(ann).get(f"/practicals/{day}"))
    assert "Book this place" not in words(as_person(ben).get(f"/practicals/{day}"))


def test_filters_live_in_the_address(database, ann, day, as_person):
    with database.write() as db:
        a_practical(
            db,
            starts_at=STARTS + timedelta(days=30),
            ends_at=STARTS + timedelta(days=31),
            room="Room J",
        )
    browser = as_person(ann)
    january = words(browser.get("/practicals?month=2027-01"))
    assert "Room J" in january
    assert "Room 1" not in january
    december = words(browser.get("/practicals?month=2026-12&kind=small-course/practice-day"))
    assert "Room 1" in december
    assert "Room J" not in december
    unknown = browser.get("/practicals?kind=small-course/other")
    assert (unknown.status_code, "no such kind of practical" in words(unknown)) == (422, True)
    assert browser.get("/practicals?month=soon").status_code == 422
    assert browser.get("/practicals?page=0").status_code == 422
    assert "No dates match" in words(browser.get("/practicals?month=2027-12&page=1"))


def test_only_days_with_a_free_place_on_demand(database, ann, day, as_person):
    """Free means: open for booking, a place left, and nobody who waits for it."""

    def another(room, **columns):
        return a_practical(db, room=room, **columns)

    with database.write() as db:
        another("Room Full", capacity=0)
        another("Room Later", booking_opens_at=NOW + timedelta(days=1))
        another("Room Closed", booking_closes_at=NOW)
        queued = another("Room Queue", capacity=2)
        a_waiter(db, queued, a_ready_student(db, "Ben").user_id)
    browser = as_person(ann)
    every, free = (words(browser.get(f"/practicals{query}")) for query in ("", "?free=yes"))
    for room in ("Full", "Later", "Closed", "Queue"):
        assert f"Room {room}" in every
        assert f"Room {room}" not in free
    assert "Room 1" in free
    page_read = browser.get("/api/v1/practicals?free=true").json()
    assert [practical["room"] for practical in page_read["practicals"]] == ["Room 1"]
    nothing = words(browser.get("/practicals?free=yes&month=2027-05"))
    assert "No dates match" in nothing
    assert "Show all dates" in nothing


def test_what_every_date_needs_is_said_once(database, day, as_person):
    with database.write() as db:
        a_practical(db, starts_at=STARTS + timedelta(days=1), ends_at=STARTS + timedelta(days=2))
        nina = a_ready_student(db, "Nina", without=("needles",))
    page = words(as_person(nina).get("/practicals"))
    assert page.count("These modules come first and are not complete: Needles.") == 1
    assert page.count("You can book once you have what is listed above") == 2


def test_a_space_stands_before_the_link_of_a_reason(database, as_person):
    with database.write() as db:
        a_practical(db)
        nina = a_ready_student(db, "Nina", without=("needles",))
    tree = html.document_fromstring(as_person(nina).get("/practicals").text)
    (reason,) = tree.xpath("//*[@class='unmet']/li")
    assert " ".join(reason.text_content().split()).endswith("the quiz of each. Go to your course")


def test_the_day_after_its_booking_closed_says_only_that(database, as_person, clock_file):
    with database.write() as db:
        day = a_practical(db, booking_closes_at=NOW + timedelta(days=1))
        nina = a_ready_student(db, "Nina", without=("needles",))
    browser = as_person(nina)
    assert "What this day still needs from you" in words(browser.get(f"/practicals/{day}"))
    clock_file.write_text((NOW + timedelta(days=1)).isoformat())
    page = words(browser.get(f"/practicals/{day}"))
    assert "Booking for this day has closed" in page
    assert "Booking closed on Wed 2 Dec 2026, 09:00, London time." in page
    assert "These modules come first" not in page


def test_links_to_dates_of_one_title_differ(database, ann, day, as_person):
    with database.write() as db:
        a_practical(db, starts_at=STARTS + timedelta(days=1), ends_at=STARTS + timedelta(days=2))
    tree = html.document_fromstring(as_person(ann).get("/practicals").text)
    names = [link.text_content() for link in tree.xpath("//*[@class='card-title']/a")]
    assert names == [
        "Tue 15 Dec 2026, 09:00 to 16:00, London time, Practice day, 1 of 1 place left",
        "Wed 16 Dec 2026, 09:00 to Thu 17 Dec 2026, 09:00, London time, Practice day, 4 of 4 places left",
    ]


def test_long_lists_have_pages(database, ann, client, as_person):
    with database.write() as db:
        for number in range(60):
            starts = STARTS + timedelta(days=number)
            a_practical(db, starts_at=starts, ends_at=starts + timedelta(hours=7))
    browser = as_person(ann)
    assert "Page 1 of 5" in words(browser.get("/practicals"))
    assert "Page 5 of 5" in words(browser.get("/practicals?page=5"))
    assert "Page 2 of 2" in words(client.get("/dates?page=2"))


def test_windows_and_deadlines_by_the_servers_clock(database, ann, as_person, clock_file):
    starts, until = NOW + timedelta(days=3), NOW + timedelta(days=1)
    with database.write() as db:
        soon = a_practical(
            db, starts_at=starts, ends_at=starts + timedelta(hours=7), cancel_until=until
        )
        later = a_practical(db, booking_opens_at=NOW + timedelta(days=5))
    browser = as_person(ann)
    browser.post(f"/practicals/{soon}/book")
    clock_file.write_text((until - timedelta(microseconds=1)).isoformat())
    assert "Give this place back" in words(browser.get(f"/practicals/{soon}"))
    clock_file.write_text(until.isoformat())
    page = words(browser.get(f"/practicals/{soon}"))
    assert "You could cancel until Wed 2 Dec 2026, 09:00, London time." in page
    assert browser.post(f"/practicals/{soon}/cancel").status_code == 409
    assert "Booking opens on Sun 6 Dec 2026, 09:00" in words(browser.get("/practicals"))
    assert browser.post(f"/practicals/{later}/book").status_code == 409
    clock_file.write_text((NOW + timedelta(days=5)).isoformat())
    assert browser.post(f"/practicals/{later}/book").status_code == 303


def test_a_cancelled_date_says_so_and_a_draft_is_not_there(database, ann, as_person):
    with database.write() as db:
        off = a_practical(db, status=PracticalStatus.cancelled)
        draft = a_practical(db, status=PracticalStatus.draft)
    browser = as_person(ann)
    assert "This date has been cancelled." in words(browser.get(f"/practicals/{off}"))
    unknown = browser.get(f"/practicals/{new_uuid()}")
    hidden = browser.get(f"/practicals/{draft}")
    assert (
        (hidden.status_code, words(hidden))
        == (unknown.status_code, words(unknown))
        == (404, words(unknown))
    )
    assert browser.post(f"/practicals/{draft}/book").status_code == 404


def test_a_form_sent_twice_has_one_effect_r_073(database, ann, day, as_person):
    """R-073: the same key gives the same answer; with other contents it is refused."""
    browser = as_person(ann)
    key = {"idempotency_key": "one-key"}
    first = browser.post(f"/practicals/{day}/book", data=key)
    second = browser.post(f"/practicals/{day}/book", data=key)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(Seat)) == 1
    extra = browser.post(f"/practicals/{day}/book", data={**key, "price": "0"})
    assert extra.status_code == 422, "R-038: unknown fields are refused"


def test_an_old_key_promises_nothing_that_was_undone_since(database, ann, day, as_person):
    """N1: the effect of a key may have been undone since. Sending the key again must not report
    that it is still in force."""
    browser, key = as_person(ann), {"idempotency_key": "one-key"}
    here = f"/practicals/{day}"
    assert browser.post(f"{here}/book", data=key).status_code == 303
    assert browser.post(f"{here}/cancel").status_code == 303
    browser.get(here)
    assert browser.post(f"{here}/book", data=key).status_code == 303
    said = words(browser.get(here))
    assert "You sent this before, and it was done then." in said
    assert "have a place" not in said
    with database.read() as db:
        assert db.scalars(select(Seat.state)).all() == [SeatState.cancelled_by_student]


# Those who teach


@pytest.fixture
def class_of_two(database, day) -> tuple[PracticalId, list[Actor]]:
    with database.write() as db:
        db.get_one(PracticalRow, day).capacity = 2
        people = [
            a_ready_student(db, "Ben Bold", access_needs="Speaks slowly"),
            a_ready_student(db, "=cmd()"),
        ]
        for person in people:
            a_seat(db, day, person.user_id)
    return day, people


def test_a_roster_and_its_attendance(database, teacher, class_of_two, as_person, clock_file):
    practical_id, _ = class_of_two
    browser = as_person(teacher)
    assert "2 of 2" in words(browser.get("/teach/practicals"))
    page = words(browser.get(f"/teach/practicals/{practical_id}"))
    assert "Has access needs" in page
    assert "Speaks slowly" not in page
    assert "Attendance can be marked from the day" in page
    with database.read() as db:
        seat_id = queries.roster(db, practical_id).seats[1].seat_id
    url = f"/teach/practicals/{practical_id}/seats/{seat_id}/attendance"
    assert browser.post(url, data={"attendance": "attended"}).status_code == 409
    with database.write() as db:
        practical = db.get_one(PracticalRow, practical_id)
        practical.starts_at, practical.ends_at = NOW, NOW + timedelta(hours=7)
    response = browser.post(url, data={"attendance": "attended"})
    assert response.headers["location"].endswith(f"#seat-{seat_id}")
    page = words(browser.get(f"/teach/practicals/{practical_id}"))
    assert "1 present" in page
    assert browser.post(url, data={"attendance": "maybe"}).status_code == 422
    with database.read() as db:
        seat = queries.seat(db, seat_id)
    assert seat is not None
    assert seat.attendance is Attendance.attended
    clock_file.write_text((NOW + timedelta(days=1)).isoformat())
    assert "No days to come" in words(browser.get("/teach/practicals"))
    assert "Practice day" in words(browser.get("/teach/practicals?show=past"))


def test_a_day_that_is_over_is_listed_as_todays_until_midnight(
    database, teacher, class_of_two, as_person, clock_file
):
    practical_id, _ = class_of_two
    with database.write() as db:
        practical = db.get_one(PracticalRow, practical_id)
        practical.starts_at, practical.ends_at = NOW, NOW + timedelta(hours=7)
    clock_file.write_text((NOW + timedelta(hours=8)).isoformat())
    browser = as_person(teacher)
    assert "Practice day" in words(browser.get("/teach/practicals"))
    assert "Practice day" not in words(browser.get("/teach/practicals?show=past"))


def test_a_roster_as_csv_runs_no_formulas(teacher, admin, class_of_two, as_person):
    practical_id, _ = class_of_two
    for actor in (teacher, admin):
        response = as_person(actor).get(f"/teach/practicals/{practical_id}/roster.csv")
        assert response.headers["content-type"].startswith("text/csv")
        assert "attachment" in response.headers["content-disposition"]
        lines = response.text.splitlines()
        assert lines[0] == '\ufeff"Name","E-mail","Access needs","Attendance","Practical","When"'
        assert lines[2].startswith('"\'=cmd()",')
        assert "Has access needs" in lines[1]
        assert "Speaks slowly" not in response.text


def test_to_other_instructors_a_roster_does_not_exist(database, class_of_two, as_person):
    practical_id, _ = class_of_two
    with database.write() as db:
        other = a_user(db, "Jo", roles=("instructor",))
    browser = as_person(other)
    unknown = browser.get(f"/teach/practicals/{new_uuid()}")
    for path in (
        f"/teach/practicals/{practical_id}",
        f"/teach/practicals/{practical_id}/roster.csv",
    ):
        response = browser.get(path)
        assert (response.status_code, words(response)) == (404, words(unknown))


def test_an_admin_finds_no_roster_of_nothing(admin, as_person):
    browser = as_person(admin)
    for path in (
        "teach/practicals/{}",
        "teach/practicals/{}/roster.csv",
        "admin/practicals/{}",
        "admin/practicals/{}/edit",
        "admin/practicals/{}/cancel",
        "admin/practicals/{}/reserve",
    ):
        assert browser.get("/" + path.format(new_uuid())).status_code == 404
    assert browser.post(f"/admin/practicals/{new_uuid()}/edit", data={}).status_code == 404


# Admins

PLAN = {
    "kind": "small-course/practice-day",
    "day": "15 December 2026",
    "starts": "10:00",
    "ends": "17:00",
    "zone": "Europe/London",
    "room": "Room 7",
    "opens_day": "1 December 2026",
    "opens": "09:00",
    "closes_hours": "24",
    "cancel_hours": "48",
}


def test_an_admin_plans_publishes_changes_and_cancels(database, admin, teacher, as_person):
    browser = as_person(admin)
    assert "No practicals to come" in words(browser.get("/admin/practicals"))
    form = browser.get("/admin/practicals/new")
    assert "1 instructor for 4 students" in words(form)
    plan = {**PLAN, "instructors": str(teacher.user_id), "idempotency_key": "k1"}
    response = browser.post("/admin/practicals/new", data=plan)
    assert response.status_code == 303, words(response)
    again = browser.post("/admin/practicals/new", data=plan)
    here = response.headers["location"]
    assert again.headers["location"] == here
    assert "Draft" in words(browser.get(here))
    assert "Tue 15 Dec 2026, 10:00" in words(browser.get("/admin/practicals?show=draft"))
    assert browser.post(f"{here}/publish").status_code == 303
    assert browser.post(f"{here}/publish").status_code == 409
    assert "0 of 4" in words(browser.get("/admin/practicals?kind=small-course/practice-day"))
    assert "No practical matches" in words(browser.get("/admin/practicals?q=nowhere"))
    for unknown in ("kind=small-course/other", "show=everything"):
        refused = browser.get(f"/admin/practicals?{unknown}")
        assert (refused.status_code, "There is no such" in words(refused)) == (422, True)
    edit = browser.get(f"{here}/edit")
    assert 'value="15 December 2026"' in edit.text
    plan["version"] = version_on(browser, f"{here}/edit")
    changed = browser.post(
        f"{here}/edit",
        data={**plan, "room": "Room 8", "capacity": "3", "note": "Bring keys", "step": "save"},
    )
    assert changed.status_code == 303, words(changed)
    page = words(browser.get(here))
    assert "Room 8" in page
    assert "0 of 3 taken" in page
    assert "Bring keys" in page
    assert "1 instructor gets a mail." in words(browser.get(f"{here}/cancel"))
    empty = browser.post(f"{here}/cancel", data={"reason": ""})
    assert (empty.status_code, "Enter the reason." in words(empty)) == (422, True)
    assert browser.post(f"{here}/cancel", data={"reason": "Snow"}).status_code == 303
    cancelled = words(browser.get(here))
    assert "Nobody had a place, and nobody waited." in cancelled
    assert "Booking is open until" not in cancelled
    assert "You can reserve a place" not in cancelled
    assert browser.post(f"{here}/cancel", data={"reason": "Snow"}).status_code == 409
    assert browser.post(f"{here}/edit", data=plan).status_code == 409
    assert "Tue 15 Dec 2026" in words(browser.get("/admin/practicals?show=cancelled"))
    assert "No past practicals" in words(browser.get("/admin/practicals?show=past"))


def test_the_last_instructor_can_be_taken_off_with_a_warning(database, admin, teacher, as_person):
    """T26: "instructor ill, nobody found yet" had needed a reason for more places."""
    browser = as_person(admin)
    with database.write() as db:
        day = a_practical(db, instructors=(teacher,))
        a_seat(db, day, a_ready_student(db, "Sam Seated").user_id)
    here = f"/admin/practicals/{day}"
    plan = {
        **PLAN,
        "capacity": "4",
        "room": "Room 1",
        "version": version_on(browser, f"{here}/edit"),
    }
    warned = browser.post(f"{here}/edit", data=plan)
    assert warned.status_code == 200
    assert "Nobody teaches this day then. People keep their places." in words(warned)
    assert "Nobody teaches this day yet" not in words(browser.get(here))
    assert browser.post(f"{here}/edit", data={**plan, "step": "save"}).status_code == 303
    page = words(browser.get(here))
    assert "Nobody teaches this day yet" in page
    assert "1 of 4 taken" in page


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"day": "31 February 2026"}, "day", "There is no such day"),
        ({"starts": "25:00"}, "starts", "Enter a time"),
        ({"ends": "09:00"}, "ends", "after the start"),
        ({"zone": "Mars/Olympus"}, "zone", "by the name of its city"),
        ({"zone": "localtime"}, "zone", "by the name of its city"),
        ({"room": ""}, "room", "Enter the place and room."),
        ({"capacity": "9"}, "capacity", "at most 4 places"),
        ({"capacity": "many"}, "capacity", "Enter a whole number."),
        ({"closes_hours": "-1"}, "closes_hours", "Enter 0 or more."),
        ({"kind": "small-course/other"}, "kind", "Choose one of the kinds"),
        (
            {"day": "28 March 2027", "starts": "01:30", "ends": "08:00"},
            "starts",
            "clocks go forward",
        ),
        ({"day": "1 December 2026", "starts": "08:00"}, "day", "in the future"),
        ({"opens_day": "20 December 2026"}, "opens_day", "before it closes"),
    ],
)
def test_a_plan_that_cannot_stand_keeps_what_was_typed(
    admin, teacher, as_person, typed, field, message
):
    plan = {**PLAN, "instructors": str(teacher.user_id), "note": "Typed note", **typed}
    response = as_person(admin).post("/admin/practicals/new", data=plan)
    assert response.status_code == 422
    page = html.fromstring(response.text)
    assert any(
        message in error.text_content() for error in page.xpath(f"//*[@id='f-{field}-error']")
    )
    assert page.xpath(f"//*[@role='alert']//a[@href='#f-{field}']")
    assert "Typed note" in response.text
    assert re.search(rf'value="{teacher.user_id}"\s*checked', response.text)


def test_an_admin_reserves_and_takes_away_on_a_page(database, admin, class_of_two, as_person):
    practical_id, _people = class_of_two
    with database.write() as db:
        cara = a_ready_student(db, "Cara New", without=("needles",))
    browser = as_person(admin)
    here = f"/admin/practicals/{practical_id}"
    assert "Nobody among the students" in words(browser.get(f"{here}/reserve?q=zzz"))
    candidates_page = words(browser.get(f"{here}/reserve?q=n"))
    assert "Cara New" in candidates_page
    assert "1 of 2 modules missing" in candidates_page
    assert "Has a place already." in words(browser.get(f"{here}/reserve?q=ben"))
    wish = {"person": str(cara.user_id), "reason": "Asked by phone"}
    refused = browser.post(f"{here}/reserve?q=cara", data=wish)
    assert refused.status_code == 409
    assert "Every place is taken." in words(refused)
    assert "Asked by phone" in refused.text
    assert browser.post(f"{here}/reserve?q=cara", data={"reason": "x"}).status_code == 422
    done = browser.post(f"{here}/reserve?q=cara", data={**wish, "override": "yes"})
    assert (done.status_code, done.headers["location"]) == (303, here)
    page = words(browser.get(here))
    assert "3 of 2 taken 1 of them on top" in page
    assert "Reserved by the academy" in page
    with database.read() as db:
        seat = next(
            seat for seat in queries.roster(db, practical_id).seats if seat.name == "Cara New"
        )
    assert "Cara New is told by mail" in words(browser.get(f"{here}/seats/{seat.seat_id}"))
    assert browser.get(f"{here}/seats/{new_uuid()}").status_code == 404
    assert browser.post(f"{here}/seats/{seat.seat_id}", data={}).status_code == 422
    assert (
        browser.post(f"{here}/seats/{seat.seat_id}", data={"reason": "Mistake"}).status_code == 303
    )
    answer = browser.get(f"{here}/seats/{seat.seat_id}")  # another admin was first (B28)
    assert answer.headers["location"] == here
    assert "This place has ended already." in browser.get(here).text
    again = browser.post(f"{here}/seats/{seat.seat_id}", data={"reason": "Mistake"})
    assert again.status_code == 409
    assert "This place has ended already." in words(again)
    with database.read() as db:
        ended = queries.seat(db, seat.seat_id)
    assert ended is not None
    assert ended.state is SeatState.cancelled_by_admin


def test_an_admin_sees_the_waiting_list_and_the_intake(database, admin, as_person):
    with database.write() as db:
        intake = an_intake(db, "Spring")
        practical_id = a_practical(db, capacity=0, intake_id=intake)
        waiter = a_ready_student(db, "Wim Waiter", intake_id=intake)
        a_waiter(db, practical_id, waiter.user_id)
    page = words(as_person(admin).get(f"/admin/practicals/{practical_id}"))
    assert "Wim Waiter" in page
    assert "Spring" in page


def test_the_waiting_list_says_what_each_still_needs(database, admin, as_person):
    with database.write() as db:
        practical_id = a_practical(db, capacity=0)
        for name, without in (("Wim Waiter", ("needles",)), ("Ria Ready", ())):
            a_waiter(db, practical_id, a_ready_student(db, name, without=without).user_id)
    browser = as_person(admin)
    page = browser.get(f"/admin/practicals/{practical_id}/waiting")
    text = words(page)
    assert "2 people wait" in text
    assert text.index("Wim Waiter") < text.index("not complete: ") < text.index("Ria Ready")
    assert text.index("Ria Ready") < text.index("Nothing")
    assert "Can come" not in text
    assert f"/admin/practicals/{practical_id}/reserve?q=ria.ready" in page.text
    assert browser.get(f"/admin/practicals/{new_uuid()}/waiting").status_code == 404
    with database.write() as db:
        quiet = a_practical(db)
    assert "Nobody waits" in words(browser.get(f"/admin/practicals/{quiet}/waiting"))


def test_the_list_is_narrowed_in_the_address_and_stands_in_weeks(
    database, admin, teacher, as_person
):
    with database.write() as db:
        other = a_user(db, "Olga Other", roles=("instructor",))
        for title, teachers, days, room in (
            ("Sunday", (teacher,), 5, "Room 1"),
            ("Monday", (other,), 6, "Room 2"),
            ("January", (other,), 40, "Room 1"),
            ("Yesterday", (teacher,), -1, "Room 1"),
        ):
            starts = NOW + timedelta(days=days)
            times = {"starts_at": starts, "ends_at": starts + timedelta(hours=7)}
            a_practical(db, title=title, instructors=teachers, room=room, **times)
    browser = as_person(admin)

    def shown(address: str) -> list[str]:
        text = words(browser.get(f"/admin/practicals{address}"))
        names = [f"{name} Room" for name in ("Sunday", "Monday", "January", "Yesterday")]
        return [name.split()[0] for name in names if name in text]

    assert shown("") == ["Sunday", "Monday", "January"]
    assert shown("?show=past") == ["Yesterday"]
    assert shown("?month=2026-12") == ["Sunday", "Monday"]
    assert shown("?month=2027-01") == ["January"]
    assert shown(f"?instructor={other.user_id}&month=2026-12") == ["Monday"]
    assert shown("?q=room+2") == ["Monday"]
    assert browser.get("/admin/practicals?instructor=nobody").status_code == 422
    assert browser.get("/admin/practicals?month=13").status_code == 422
    page = browser.get("/admin/practicals")
    assert "January 2027" in page.text
    text = words(page)
    weeks = [text.index(f"Week of Mon {day} 2026") for day in ("30 Nov", "7 Dec")]
    assert weeks[0] < text.index("Sunday Room") < weeks[1] < text.index("Monday Room")


# Budgets


def crowd(database, practical_id: PracticalId, intake_id, people: int, waiting: int) -> None:
    with database.write() as db:
        db.get_one(PracticalRow, practical_id).capacity += people
        for number in range(people + waiting):
            person = a_ready_student(db, f"P{number}", intake_id=intake_id)
            if number < people:
                a_seat(db, practical_id, person.user_id)
            else:
                a_waiter(db, practical_id, person.user_id)


def test_statements_do_not_grow_with_the_people(database, ann, admin, teacher, as_person):
    with database.write() as db:
        intake = an_intake(db)
        practical_id = a_practical(db, capacity=0, instructors=(teacher,))
        a_practical(db, starts_at=STARTS + timedelta(days=3), ends_at=STARTS + timedelta(days=4))
    crowd(database, practical_id, intake, 4, 2)
    student, boss, other = as_person(ann), as_person(admin), as_person(teacher)
    pages = {
        "/practicals": (student, 6),
        f"/practicals/{practical_id}": (student, 9),
        "/teach/practicals": (other, 8),
        f"/teach/practicals/{practical_id}": (other, 8),
        "/admin/practicals": (boss, 8),
        "/admin/practicals?show=past&q=practice": (boss, 8),
        f"/admin/practicals/{practical_id}": (boss, 9),
        f"/admin/practicals/{practical_id}/waiting": (boss, 9),
        f"/admin/practicals/{practical_id}/reserve?q=p": (boss, 9),
        "/dates": (student, 6),
    }

    def counted() -> dict[str, int]:
        for path, (browser, _) in pages.items():
            assert browser.get(path).status_code == 200
        return {path: statements_of(browser.get(path)) for path, (browser, _) in pages.items()}

    few = counted()
    assert {path: count for path, count in few.items() if count > pages[path][1]} == {}
    crowd(database, practical_id, intake, 40, 20)
    assert counted() == few


def test_booking_is_a_handful_of_statements(database, ann, day, as_person):
    response = as_person(ann).post(f"/practicals/{day}/book")
    assert response.status_code == 303
    assert statements_of(response) <= 16
