"""The home pages of staff: what needs an admin, and whom an instructor should talk to."""

from datetime import timedelta

import pytest
from lxml import html

from app.accounts import groups
from app.accounts.models import User
from app.assessments.domain import Mark
from app.enrolments.domain import EnrolmentState
from app.home import at_risk
from app.kit.actor import Role
from app.kit.ids import EventId, new_uuid
from app.outbox.models import OutboxEvent
from app.practicals.domain.seats import Attendance, PracticalStatus
from app.practicals.models import PracticalRow
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.assessments import a_day, a_signed_assessment, an_assessment
from tests.make.enquiries import an_enquiry
from tests.make.enrolments import an_enrolment
from tests.make.pages import words
from tests.make.people import a_user, with_needs
from tests.make.places import an_intake as a_small_intake
from tests.make.practicals import a_practical, a_ready_student, a_seat, a_waiter, the_course
from tests.make.quizzes import a_place, a_published_course, a_sent_attempt

LONG_AGO = NOW - timedelta(days=30)


@pytest.fixture
def ada(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def ina(database):
    with database.write() as db:
        return a_user(db, "Ina Instructor", roles=("instructor",))


def waits(response) -> dict[str, list[tuple[str, str]]]:
    """Return what each list of the overview holds, as (words, address)."""
    (section,) = html.document_fromstring(response.text).xpath(
        "//section[@aria-labelledby='needs']"
    )
    return {
        heading.text_content().strip(): [
            (link.text_content().strip(), link.get("href"))
            for link in heading.getnext().xpath(".//a")
        ]
        for heading in section.xpath("./h3[@id]")
    }


class TestOverview:
    def test_nothing_needs_anybody(self, as_person, ada):
        page = as_person(ada).get("/home")
        assert "Nothing needs you" in words(page)
        assert waits(page) == {}

    def test_a_day_without_an_instructor_is_urgent(self, as_person, database, ada, ina):
        with database.write() as db:
            untaught = a_practical(db, title="Nobody’s day")
            a_practical(db, title="Ina’s day", instructors=(ina,))
            a_practical(db, title="A draft", status=PracticalStatus.draft)
        waiting = waits(as_person(ada).get("/home"))
        title = "Nobody’s day has no instructor"
        assert waiting == {"Urgent": [(title, f"/admin/practicals/{untaught}/edit")]}
        with database.write() as db:
            db.get_one(User, ina.user_id).disabled_at = NOW
        urgent = [title for title, _ in waits(as_person(ada).get("/home"))["Urgent"]]
        assert urgent == [
            title,
            "Ina’s day has no instructor",
            "1 person holds something without a right to it",
        ]

    def test_a_day_that_fills_slowly(self, as_person, database, ada, ina):
        soon = {"instructors": (ina,), "booking_closes_at": NOW + timedelta(days=7)}
        with database.write() as db:
            slow = a_practical(db, title="Slow day", capacity=5, **soon)
            half = a_practical(db, title="Half day", capacity=4, **soon)
            for practical_id in (slow, slow, half, half):
                a_seat(db, practical_id, a_ready_student(db, "Sam Student").user_id)
            a_practical(db, title="Far day", instructors=(ina,))
        waiting = waits(as_person(ada).get("/home"))
        title = "Slow day is less than half full"
        assert waiting == {"Keep in mind": [(title, f"/admin/practicals/{slow}")]}

    def test_what_a_day_left_open(self, as_person, database, ada, ina):
        with database.write() as db:
            day = a_day(db, instructor=ina, starts_at=NOW - timedelta(days=2))
            an_assessment(db, day)  # which marks the student as present
            second = a_user(db, "Ann Absent")
            a_seat(db, day.practical_id, second.user_id)
        waiting = waits(as_person(ada).get("/home"))
        roster = f"/teach/practicals/{day.practical_id}"
        assert waiting == {
            "Urgent": [("1 assessment of Ina Instructor is not signed", roster)],
            "Waits for you": [("Nobody said whether 1 person came", roster)],
        }
        with database.write() as db:
            practical = db.get_one(PracticalRow, day.practical_id)
            practical.ends_at = NOW - timedelta(hours=24)  # not longer than a day ago
        assert waits(as_person(ada).get("/home")) == {}

    def test_people_wait_beside_free_places(self, as_person, database, ada, ina):
        with database.write() as db:
            day = a_practical(db, title="Day", instructors=(ina,), capacity=1)
            a_waiter(db, day, a_ready_student(db, "Wally", without=("skin",)).user_id)
            full = a_practical(db, title="Full", instructors=(ina,), capacity=1)
            a_seat(db, full, a_ready_student(db, "Sam Student").user_id)
            a_waiter(db, full, a_ready_student(db, "Wanda").user_id)
            closed = a_small_intake(db, title="Closed", closes_at=NOW)
            still_open = a_small_intake(db, title="Open")
            for intake_id in (closed, still_open):
                an_enrolment(db, intake_id, a_user(db, "Will Waiter"), EnrolmentState.waiting)
        title = "1 person waits although places are free"
        assert waits(as_person(ada).get("/home")) == {
            "Keep in mind": [
                (title, f"/admin/practicals/{day}/waiting"),
                (
                    "1 person waited for an intake that has places free",
                    f"/admin/intakes/{closed}?show=ended",
                ),
            ]
        }

    def test_everything_at_once_in_order(self, as_person, database, ada):
        with database.write() as db:
            an_enquiry(db)
            the_course(db)
            intake = a_small_intake(db)
            an_enrolment(db, intake, a_user(db, "Ria Requested"))
            paid_later = {"invoice_number": "1", "published": None}
            confirmed = EnrolmentState.confirmed
            an_enrolment(db, intake, a_user(db, "Ivy Invoiced"), confirmed, **paid_later)
            a_dead_event(db)
        page = as_person(ada).get("/home")
        titles = {urgency: [title for title, _ in items] for urgency, items in waits(page).items()}
        assert list(titles.items()) == [
            ("Urgent", ["1 mail or follow-up could not be delivered"]),
            ("Waits for you", ["1 person asks for a place", "1 enquiry waits for an answer"]),
            ("Keep in mind", ["1 invoice is not paid"]),
        ]
        assert "The first asked on Tue 1 Dec 2026." in words(page)

    def test_many_of_a_kind_become_one_line(self, as_person, database, ada):
        browser = as_person(ada)
        with database.write() as db:
            for number in range(3):
                a_practical(db, title=f"Day {number}")
        browser.get("/home")
        few = browser.get("/home")
        assert len(waits(few)["Urgent"]) == 3
        with database.write() as db:
            for number in range(30):
                a_practical(db, title=f"Day {number}")
        many = browser.get("/home")
        urgent = waits(many)["Urgent"]
        assert len(urgent) == 4
        assert urgent[-1] == ("30 more days without an instructor", "/admin/practicals")
        assert statements_of(many) == statements_of(few) <= 19

    def test_coming_days_say_how_full_they_are(self, as_person, database, ada, ina):
        with database.write() as db:
            practical_id = a_practical(db, title="Tomorrow", instructors=(ina,), capacity=4)
            a_seat(db, practical_id, a_user(db, "Sam Student").user_id)
        page = as_person(ada).get("/home")
        assert "1 of 4" in words(page)
        assert "Ina Instructor" in words(page)


def a_dead_event(db) -> None:
    db.add(
        OutboxEvent(
            id=EventId(new_uuid()),
            name="mail",
            payload={"to": "a@example.org"},
            created_at=NOW,
            available_at=NOW,
            tries=9,
            dead_at=NOW,
            last_error="refused",
        )
    )
    db.flush()


class TestMyDay:
    def test_it_names_who_comes_and_what_is_open(self, as_person, database, ina):
        with database.write() as db:
            day = a_day(db, instructor=ina, starts_at=NOW - timedelta(hours=1))
            db.get_one(PracticalRow, day.practical_id).note = "The model comes at noon."
            with_needs(db, day.student, "A stool, please")
            an_assessment(db, day)
            for name, attendance in (("Pat Present", "attended"), ("Abe Absent", "absent")):
                person = a_user(db, name)
                seat = {"attendance": Attendance(attendance), "attendance_at": NOW}
                a_seat(db, day.practical_id, person.user_id, **seat)
            a_seat(db, day.practical_id, a_user(db, "Eve Expected").user_id)
        text = words(as_person(ina).get("/home"))
        assert "The model comes at noon." in text
        assert "Sam Student Has access needs Being assessed" in text
        assert "A stool" not in text
        assert "Pat Present Present" in text
        assert "Abe Absent Absent" in text
        assert "Eve Expected Expected" in text
        assert "1 person is not marked yet. 1 assessment is open." in text
        assert text.index("Not signed yet") < text.index("My day")

    def test_a_quiet_day_says_when_the_next_one_is(self, as_person, database, ina):
        with database.write() as db:
            a_practical(db, instructors=(ina,))
        assert "Your next one is on Tue 15 Dec 2026." in words(as_person(ina).get("/home"))


class TestWhoNeedsHelp:
    @pytest.fixture
    def group_id(self, database, ada, ina):
        with database.write() as db:
            group_id = groups.make_group(db, ada, name="Evening", now=NOW)
            part = Role.instructor
            groups.add_member(db, ada, group_id, email=ina.email, role=part, now=NOW)
        return group_id

    @pytest.fixture
    def revision_id(self, database):
        with database.write() as db:
            return a_published_course(db)

    @pytest.fixture
    def join(self, database, ada, group_id, revision_id):
        """Make somebody a student of the course and of Ina's group."""

        def make(name: str, since=NOW):
            with database.write() as db:
                person = a_user(db, name)
                a_place(db, person, revision_id, at=since)
                part = Role.student
                groups.add_member(db, ada, group_id, email=person.email, role=part, now=NOW)
            return person

        return make

    def test_who_is_stuck_and_why(self, as_person, database, ina, join, revision_id):
        used_up, twice, works = join("Una Used"), join("Tia Twice"), join("Wyn Works")
        idle, assessed = join("Ida Idle", LONG_AGO), join("Noa Notyet")
        with database.write() as db:
            for number in (1, 2, 3):
                quiz = {"number": number, "right": False}
                a_sent_attempt(db, used_up, revision_id, "needle-quiz", **quiz)
            for number in (1, 2):
                a_sent_attempt(db, twice, revision_id, number=number, right=False)
            a_sent_attempt(db, works, revision_id, right=False)
            a_sent_attempt(db, works, revision_id, number=2)
            day = a_day(db, student=assessed, revision_id=revision_id)
            a_signed_assessment(db, day, identity=Mark.not_done)
        text = words(as_person(ina).get("/home"))
        said = [
            "Una Used All 3 attempts at “Quiz on needles” are used.",
            "Noa Notyet Assessed on Tue 1 Dec 2026.",
            "Tia Twice 2 attempts at “Quiz on the skin”, not passed yet.",
            "Ida Idle Nothing done since Sun 1 Nov 2026.",
        ]
        assert [text.index(words) for words in said] == sorted(text.index(words) for words in said)
        assert "Wyn Works" not in text
        assert f"mailto:{idle.email}" in as_person(ina).get("/home").text

    def test_a_later_competent_ends_it(self, as_person, database, ina, join, revision_id):
        person = join("Noa Notyet")
        with database.write() as db:
            day = a_day(db, student=person, revision_id=revision_id)
            a_signed_assessment(db, day, identity=Mark.not_done)
            a_signed_assessment(db, day)
        home = as_person(ina).get("/home")
        assert home.status_code == 200
        assert "Noa Notyet" not in words(home)

    def test_only_own_students(self, as_person, database, ada, ina, join, revision_id):
        """R-033: groups that are closed, other people's groups and past days do not count."""
        join("Gil Group", LONG_AGO)
        with database.write() as db:
            other = a_user(db, "Olga Other", roles=("instructor",))
            for name, teacher, starts_at in (
                ("Day Own", ina, NOW + timedelta(days=3)),
                ("Past Own", ina, NOW - timedelta(days=3)),
                ("Day Foreign", other, NOW + timedelta(days=3)),
            ):
                person = a_user(db, name)
                a_place(db, person, revision_id, at=LONG_AGO)
                day = {"instructor": teacher, "revision_id": revision_id, "starts_at": starts_at}
                a_day(db, student=person, **day)
        text = words(as_person(ina).get("/home"))
        assert "Gil Group" in text
        assert "Day Own" in text
        assert "Past Own" not in text
        assert "Day Foreign" not in text
        text = words(as_person(other).get("/home"))
        assert "Day Foreign" in text
        assert "Gil Group" not in text

    def test_a_closed_group_is_done(self, as_person, database, ada, ina, join, group_id):
        join("Ida Idle", LONG_AGO)
        with database.write() as db:
            groups.close_group(db, ada, group_id, now=NOW)
        home = as_person(ina).get("/home")
        assert home.status_code == 200
        assert "Ida Idle" not in words(home)

    def test_ten_times_the_people_cost_the_same(self, as_person, ina, join):
        browser = as_person(ina)
        for number in range(3):
            join(f"Person {number}", LONG_AGO)
        browser.get("/home")
        few = browser.get("/home")
        assert "more people" not in words(few)
        for number in range(3, 30):
            join(f"Person {number}", LONG_AGO)
        many = browser.get("/home")
        assert statements_of(many) == statements_of(few) <= 12
        assert "And 22 more people" in words(many)

    def test_no_more_are_looked_at_than_an_instructor_has(
        self, as_person, database, ina, join, revision_id, monkeypatch
    ):
        """The list begins with the people of the next day, and the page says that it is not
        complete."""
        join("Gil Group", LONG_AGO)
        with database.write() as db:
            for days, name in ((9, "Later"), (3, "Soon")):
                day = {"instructor": ina, "revision_id": revision_id}
                person = a_user(db, f"{name} Student")
                a_place(db, person, revision_id, at=LONG_AGO)
                a_day(db, student=person, starts_at=NOW + timedelta(days=days), **day)
        browser = as_person(ina)
        whole = words(browser.get("/home"))
        assert all(name in whole for name in ("Gil Group", "Soon Student", "Later Student"))
        assert "among the" not in whole
        for most, names in ((1, {"Soon Student"}), (2, {"Soon Student", "Later Student"})):
            monkeypatch.setattr(at_risk, "MOST_LOOKED_AT", most)
            with database.read() as db:
                at_risk_list = at_risk.students_at_risk(db, ina, now=NOW)
            assert {student.name for student in at_risk_list.people} == names
            assert at_risk_list.is_partial
        assert "among the 200 whom you see soonest" in words(browser.get("/home"))
