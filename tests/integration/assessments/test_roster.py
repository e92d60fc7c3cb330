"""The roster: how each assessment stands, attendance set back, and the next person after signing."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from app.assessments import queries, service
from app.assessments.domain import Mark
from app.audit.models import AuditEvent
from app.kit.errors import Forbidden, NotFound
from app.outbox.models import OutboxEvent
from app.practicals import service as practicals
from app.practicals.errors import PlaceRefused
from app.practicals.models import Attendance, Seat
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.assessments import (
    STEPS,
    a_seat,
    a_signed_assessment,
    an_assessment,
    marked,
    signed,
)
from tests.make.pages import words
from tests.make.people import a_user


def row_of(response, seat_id):
    """The words and the links of one person's row."""
    row = html.document_fromstring(response.text).get_element_by_id(f"seat-{seat_id}")
    text = " ".join(" ".join(row.itertext()).split())
    return text, [link.get("href") for link in row.iter("a")]


def roster_of(browser, day):
    return browser.get(f"/teach/practicals/{day.practical_id}")


def attendance(database, seat_id):
    with database.read() as db:
        return db.get_one(Seat, seat_id).attendance


def mark(database, day, actor, attendance, *, now=NOW):
    with database.write() as db:
        practicals.mark_attendance(db, actor, day.practical_id, day.seat_id, attendance, now=now)


class TestStates:
    """T3: each row shows its state and the next act."""

    def test_nobody_begun(self, day, as_person):
        text, links = row_of(roster_of(as_person(day.instructor), day), day.seat_id)
        assert "Assess" in text
        assert links == [f"/teach/practicals/{day.practical_id}/students/{day.seat_id}/assess"]

    def test_an_open_one_is_gone_on_with(self, database, day, as_person):
        with database.write() as db:
            assessment_id = an_assessment(db, day)
            for key, expected in (("hands", 0), ("sharps", 0), ("sharps", 1)):
                taken_back = Mark.unmarked if expected else Mark.done
                service.mark_step(
                    db,
                    day.instructor,
                    assessment_id,
                    key,
                    taken_back,
                    "",
                    expected_revision=expected,
                    now=NOW,
                )
        text, links = row_of(roster_of(as_person(day.instructor), day), day.seat_id)
        assert "Go on (1 of 4)" in text
        assert links == [f"/assessments/{assessment_id}", f"/assessments/{assessment_id}/discard"]

    @pytest.mark.parametrize(
        ("given_mark", "outcome"), [(Mark.done, "Competent"), (Mark.not_done, "Not yet competent")]
    )
    def test_a_signed_one_shows_its_outcome(self, database, day, as_person, given_mark, outcome):
        with database.write() as db:
            assessment_id = a_signed_assessment(db, day, given_mark)
        text, links = row_of(roster_of(as_person(day.instructor), day), day.seat_id)
        assert outcome in text
        assert links[0] == f"/reports/{assessment_id}"
        assert links[1].endswith("/assess")
        assert text.index("Report") < text.index("More") < text.index("Assess again")

    def test_a_second_try_keeps_the_first_report(self, database, day, as_person):
        with database.write() as db:
            first = a_signed_assessment(db, day, Mark.not_done)
            second = an_assessment(db, day)
        text, links = row_of(roster_of(as_person(day.instructor), day), day.seat_id)
        assert "Go on (0 of 4)" in text
        assert links[:2] == [f"/assessments/{second}", f"/reports/{first}"]

    def test_a_discarded_one_is_as_if_not_begun(self, database, day, as_person):
        with database.write() as db:
            assessment_id = an_assessment(db, day)
            service.discard_assessment(db, day.instructor, assessment_id, "Twin name.", now=NOW)
        text, _ = row_of(roster_of(as_person(day.instructor), day), day.seat_id)
        assert "Assess" in text
        assert "Go on" not in text

    def test_an_admin_sees_the_state_and_assesses_nobody(self, database, day, as_person):
        with database.write() as db:
            admin = a_user(db, "Ada Admin", roles=("admin",))
            assessment_id = an_assessment(db, day)
        text, links = row_of(roster_of(as_person(admin), day), day.seat_id)
        assert "Being assessed, 0 of 4" in text
        assert links == [f"/assessments/{assessment_id}/discard"]

    def test_statements_do_not_grow_with_the_people(self, database, day, as_person):
        browser = as_person(day.instructor)
        roster_of(browser, day)
        few = statements_of(roster_of(browser, day))
        with database.write() as db:
            for number in range(12):
                person = a_user(db, f"Person {number:02}")
                seat_id = a_seat(db, day.practical_id, person)
                other = service.start_assessment(
                    db, day.instructor, day.practical_id, seat_id, now=NOW
                )
                if number % 2:
                    for key in STEPS:
                        service.mark_step(
                            db,
                            day.instructor,
                            other,
                            key,
                            Mark.done,
                            "",
                            expected_revision=0,
                            now=NOW,
                        )
                    signed(db, day, other)
        many = roster_of(browser, day)
        assert "Go on (0 of 4)" in words(many)
        assert statements_of(many) <= min(few, 8)


class TestSettingBack:
    """T22: attendance goes back to unmarked until the day ends."""

    def test_a_further_press_unmarks(self, database, day, as_person):
        browser = as_person(day.instructor)
        url = f"/teach/practicals/{day.practical_id}/seats/{day.seat_id}/attendance"
        for value, after in (
            ("attended", Attendance.attended),
            ("unmarked", None),
            ("absent", Attendance.absent),
            ("unmarked", None),
        ):
            assert browser.post(url, data={"attendance": value}).status_code == 303
            assert attendance(database, day.seat_id) is after
        mark(database, day, day.instructor, Attendance.attended)
        assert 'value="unmarked"' in roster_of(browser, day).text
        with database.read() as db:
            details = [
                (act.details["before"], act.details["after"])
                for act in db.scalars(select(AuditEvent).order_by(AuditEvent.id))
                if act.action == "practicals.marked_attendance"
            ]
        assert ("attended", None) in details
        assert ("absent", None) in details

    def test_not_after_the_day(self, database, day, as_person):
        mark(database, day, day.instructor, Attendance.attended)
        for hours in (6, 14):  # the same day in London; the day begins at 9
            mark(database, day, day.instructor, None, now=NOW + timedelta(hours=hours))
            mark(database, day, day.instructor, Attendance.attended)
        with pytest.raises(PlaceRefused, match="until the end of the day"):
            mark(database, day, day.instructor, None, now=NOW + timedelta(hours=15, minutes=1))
        assert attendance(database, day.seat_id) is Attendance.attended
        mark(database, day, day.instructor, Attendance.absent, now=NOW + timedelta(days=3))
        assert attendance(database, day.seat_id) is Attendance.absent

    def test_not_under_an_assessment(self, database, day):
        with database.write() as db:
            assessment_id = an_assessment(db, day)
            marked(db, day, assessment_id)
        with pytest.raises(PlaceRefused, match="relies on this attendance"):
            mark(database, day, day.instructor, None)
        assert attendance(database, day.seat_id) is Attendance.attended

    def test_by_json(self, database, day, as_person):
        browser = as_person(day.instructor)
        url = f"/api/v1/practicals/{day.practical_id}/seats/{day.seat_id}/attendance"
        assert browser.put(url, json={"attendance": "attended"}).status_code == 204
        assert browser.put(url, json={"attendance": None}).status_code == 204
        assert attendance(database, day.seat_id) is None
        assert browser.put(url, json={"attendance": "late"}).status_code == 422
        assert as_person(day.student).put(url, json={"attendance": "attended"}).status_code == 403
        assert attendance(database, day.seat_id) is None


class TestEverybody:
    def test_all_without_a_mark_are_present(self, database, day, as_person):
        with database.write() as db:
            absent = a_seat(db, day.practical_id, a_user(db, "Abe Absent"))
            late = a_seat(db, day.practical_id, a_user(db, "Lou Late"))
            practicals.mark_attendance(
                db, day.instructor, day.practical_id, absent, Attendance.absent, now=NOW
            )
        browser = as_person(day.instructor)
        assert "Everybody present" in words(roster_of(browser, day))
        answer = browser.post(f"/teach/practicals/{day.practical_id}/attendance")
        assert answer.status_code == 303
        assert attendance(database, day.seat_id) is Attendance.attended
        assert attendance(database, late) is Attendance.attended
        assert attendance(database, absent) is Attendance.absent
        with database.read() as db:
            acts = db.scalars(
                select(AuditEvent.subject_id).where(
                    AuditEvent.action == "practicals.marked_attendance"
                )
            ).all()
            told = db.scalars(
                select(OutboxEvent).where(OutboxEvent.name == "practical.attended")
            ).all()
        assert set(acts) == {absent, late, day.seat_id}
        assert len(told) == 2
        assert "Everybody present" not in words(roster_of(browser, day))

    def test_not_before_the_day_and_not_by_others(self, database, day):
        with database.write() as db:
            other = a_user(db, "Otto Other", roles=("instructor",))
        early = NOW - timedelta(days=1)
        for actor, now, kind in (
            (day.instructor, early, PlaceRefused),
            (other, NOW, NotFound),
            (day.student, NOW, Forbidden),
        ):
            with pytest.raises(kind), database.write() as db:
                practicals.mark_everybody_present(db, actor, day.practical_id, now=now)
        assert attendance(database, day.seat_id) is None


class TestNext:
    """T24: after signing, back to the roster and on to the next person."""

    def test_the_report_leads_on(self, database, day, as_person):
        with database.write() as db:
            earlier = a_seat(db, day.practical_id, a_user(db, "Abe Early"))
            absent = a_seat(db, day.practical_id, a_user(db, "Tom Absent"))
            later = a_seat(db, day.practical_id, a_user(db, "Zoe Late"))
            practicals.mark_attendance(
                db, day.instructor, day.practical_id, absent, Attendance.absent, now=NOW
            )
            report = a_signed_assessment(db, day)
        browser = as_person(day.instructor)
        page = browser.get(f"/reports/{report}")
        assert "Next: Zoe Late" in words(page)
        assert "Back to the roster" in words(page)
        assert f"/teach/practicals/{day.practical_id}#seat-{day.seat_id}" in page.text
        assert f"/students/{later}/assess" in page.text
        with database.write() as db:
            begun = service.start_assessment(db, day.instructor, day.practical_id, later, now=NOW)
        assert f'href="/assessments/{begun}"' in browser.get(f"/reports/{report}").text
        with database.write() as db:
            for key in STEPS:
                service.mark_step(
                    db, day.instructor, begun, key, Mark.done, "", expected_revision=0, now=NOW
                )
            signed(db, day, begun)
        assert "Next: Abe Early" in words(browser.get(f"/reports/{report}"))
        with database.read() as db:
            assert queries.next_person(db, day.practical_id, later).seat_id == earlier

    def test_the_student_is_led_nowhere_of_the_staff(self, database, day, as_person):
        with database.write() as db:
            report = a_signed_assessment(db, day)
        page = as_person(day.student).get(f"/reports/{report}")
        assert page.status_code == 200
        assert "Back to the roster" not in words(page)
        assert "/teach/" not in page.text
