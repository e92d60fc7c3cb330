"""The papers of a day as people get them: who may have them, and what they say."""

import pytest

from app.kit.ids import new_uuid
from app.practicals.domain.seats import Attendance
from tests.make.academy import ACADEMY
from tests.make.pdf import elements_of, language_of, text_of
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_seat
from tests.make.pseudo_languages import in_three

NAME = '#panic("x") *Ann* 𓀀'


@pytest.fixture
def day(database):
    """A day with two students and its instructor; an instructor of another day, an admin."""
    with database.write() as db:
        teacher = a_user(db, "Ira Instructor", roles=("instructor",))
        other = a_user(db, "Otto Other", roles=("instructor",))
        admin = a_user(db, "Ada Admin", roles=("admin",))
        practical_id = a_practical(db, instructors=(teacher,), note="Door code\nat reception")
        ann = a_user(db, NAME, access_needs="Step-free access")
        ben = a_user(db, "Ben")
        a_seat(db, practical_id, ann.user_id)
        a_seat(db, practical_id, ben.user_id, attendance=Attendance.absent)
    return practical_id, teacher, other, admin


@pytest.mark.parametrize("paper", ["roster", "attendance", "checklists"])
def test_papers_are_for_those_who_see_the_roster(day, as_person, paper):
    practical_id, teacher, other, admin = day
    path = f"/teach/practicals/{practical_id}/{paper}.pdf"
    for actor in (teacher, admin):
        browser = as_person(actor)
        assert f'href="{path}"' in browser.get(f"/teach/practicals/{practical_id}").text
        answer = browser.get(path)
        assert answer.headers["content-type"] == "application/pdf"
        named = f'attachment; filename="{paper}-2026-12-15.pdf"'
        assert answer.headers["content-disposition"] == named
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["content-language"] == "en-GB"
        assert b"pdfuaid" in answer.content
    assert as_person(other).get(path).status_code == 404
    nothing = path.replace(str(practical_id), str(new_uuid()))
    assert as_person(admin).get(nothing).status_code == 404


def test_a_roster_says_everything_the_door_needs(day, as_person):
    practical_id, teacher, *_ = day
    answer = as_person(teacher).get(f"/teach/practicals/{practical_id}/roster.pdf")
    words = text_of(answer.content)
    for said in (
        *('#panic("x") *Ann* ◊', "cannot print", "Has access needs", "Absent", "Signature"),
        *("Tue 15 Dec 2026, 09:00 to 16:00, London time", "Room 1", "Ira Instructor"),
        *("2 of 4 booked, 0 present", "Door code at reception", "Confidential", "Page 1 of 1"),
    ):
        assert said in words
    assert "Step-free" not in words


def test_an_attendance_sheet_goes_round_without_secrets(day, as_person):
    practical_id, teacher, *_ = day
    answer = as_person(teacher).get(f"/teach/practicals/{practical_id}/attendance.pdf")
    words = text_of(answer.content)
    assert '#panic("x") *Ann* ◊' in words
    assert "Arrived Signature on arrival Left Signature on leaving" in words
    assert "Ira Instructor" in words
    assert "Step-free" not in words
    assert "@" not in words


def test_blank_checklists_are_one_a_person(day, as_person):
    practical_id, teacher, *_ = day
    path = f"/teach/practicals/{practical_id}/checklists.pdf"
    words = text_of(as_person(teacher).get(path).content)
    assert words.count("Opens this sheet") == 1  # Ben is absent
    assert "Stop if: The wrong person would be treated" in words
    assert "Points: done 2, with prompt 1, not done 0. Competent needs: 70% of all points" in words


@pytest.mark.parametrize("tag", ["en-GB", "de", "ar-EG"])
def test_papers_and_lists_are_in_the_language_of_whoever_takes_them(day, as_person, speak, tag):
    practical_id, teacher, *_ = day
    speak(in_three(ACADEMY))
    browser = as_person(teacher)
    for paper in ("roster", "attendance", "checklists"):
        path = f"/teach/practicals/{practical_id}/{paper}.pdf"
        answer = browser.get(path, headers={"accept-language": tag})
        assert (answer.status_code, answer.headers["content-language"]) == (200, tag)
        assert language_of(answer.content) == tag
        assert ("⟦" in text_of(answer.content)) == (tag == "de")
        title = ("H1", "" if tag == "en-GB" else "en-GB")  # what the course says
        assert title in elements_of(answer.content)
    path = f"/teach/practicals/{practical_id}/roster.csv"
    answer = browser.get(path, headers={"accept-language": tag})
    assert (answer.status_code, answer.headers["content-language"]) == (200, tag)
    heading = '"⟦Name⟧","⟦E-mail⟧"' if tag == "de" else '"Name","E-mail"'
    assert answer.text.removeprefix("\ufeff").startswith(heading)


def test_papers_of_a_day_that_nobody_booked(database, as_person):
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
        practical_id = a_practical(db)
    browser = as_person(admin)
    roster, attendance, checklists = (
        text_of(browser.get(f"/teach/practicals/{practical_id}/{paper}.pdf").content)
        for paper in ("roster", "attendance", "checklists")
    )
    assert "Nobody has booked yet." in roster
    assert "None yet" in roster
    assert "Sign after the day" in attendance
    assert "Opens this sheet" not in checklists
    assert "Student" in checklists
