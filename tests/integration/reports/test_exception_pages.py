"""The admin's pages of exceptions: the form, who gains what, the list, ending one, and unmet needs."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts import queries as accounts
from app.accounts.models import Group, GroupMember
from app.kit.ids import GroupId, new_uuid
from app.quizzes import service as attempts
from app.quizzes.models import AttemptRow, ExceptionRow
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.exceptions import a_stored_exception
from tests.make.pages import words
from tests.make.people import a_user, with_needs
from tests.make.quizzes import a_complete_module, a_place

COURSE, QUIZ = "small-course", "needle-quiz"
NEW = "/admin/exceptions/new"


@pytest.fixture
def sam(database, revision_id):
    with database.write() as db:
        sam = a_user(db, "Sam Student")
        a_place(db, sam, revision_id)
        a_complete_module(db, sam, revision_id, "skin")
    return sam


@pytest.fixture
def browser(as_person, ada):
    return as_person(ada)


def wish(student, **values):
    return {"whom": f"person:{student.user_id}", "at": f"{COURSE}/{QUIZ}", **values}


def stored(database):
    with database.read() as db:
        return db.scalars(select(ExceptionRow).order_by(ExceptionRow.given_at)).all()


def check(browser, values):
    return browser.get(NEW, params={**values, "check": "yes"})


def test_an_admin_sees_who_gains_what_and_gives_it(database, browser, sam):
    with database.write() as db:
        attempt_id = attempts.start_attempt(db, sam, COURSE, QUIZ, now=NOW)
    form = browser.get(NEW, params={"whom": f"person:{sam.user_id}"})
    assert "Sam Student" in words(form)
    preview = check(browser, wish(sam, extra_minutes="15"))
    assert preview.status_code == 200
    assert "Time: 15 minutes more" in words(preview)
    assert "Gains it" in words(preview)
    assert "instead of" in words(preview)
    assert stored(database) == []
    sent = wish(sam, extra_minutes="15", reason="As agreed in March.", tell="yes")
    answer = browser.post("/admin/exceptions", data=sent)
    after = words(browser.get(answer.headers["location"]))
    assert "It is given. Attempts that run now have it already." in after
    (row,) = stored(database)
    assert (row.user_id, row.quiz_key, row.extra_minutes) == (sam.user_id, QUIZ, 15)
    assert (row.reason, row.reason_is_told) == ("As agreed in March.", True)
    with database.read() as db:
        assert db.get(AttemptRow, attempt_id).due_at == NOW + timedelta(minutes=25)
    page = words(browser.get(f"/admin/exceptions/{row.id}"))
    assert "Ada Admin gave Sam Student an exception at the quiz" in page
    listed = words(browser.get("/admin/exceptions"))
    assert "1 exception" in listed
    assert "Sam Student" in listed


def test_a_student_is_named_by_address_and_a_window_by_day_and_time(database, browser, sam):
    values = {
        **wish(sam, opens_day="8 December 2026", opens_time="10:00", closes_day="9 December 2026"),
        "whom": "",
        "closes_time": "18:30",
        "reason": "As agreed.",
    }
    with database.read() as db:
        values["email"] = accounts.person(db, sam.user_id).email.upper()
    browser.post("/admin/exceptions", data=values)
    (row,) = stored(database)
    assert row.user_id == sam.user_id
    assert row.opens_at.isoformat() == "2026-12-08T10:00:00+00:00"
    assert row.closes_at.isoformat() == "2026-12-09T18:30:00+00:00"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({}, "This exception gives nothing. Choose more time, a window or further attempts."),
        ({"extra_minutes": "0"}, "1"),
        ({"time": "150", "extra_minutes": "5"}, "Leave one of them empty."),
        ({"opens_day": "8 December 2026"}, "Enter the time, too."),
        ({"closes_time": "10:00"}, "Enter the day, too."),
        (
            {"closes_day": "1 January 2026", "closes_time": "10:00"},
            "This window was over on Thu 1 Jan 2026, 10:00",
        ),
        (
            {"email": "nobody@example.org", "whom": "", "time": "150"},
            "No account has this address.",
        ),
        ({"email": "nobody@example.org", "time": "150"}, "enter one e-mail address"),
        ({"whom": "", "time": "150"}, "enter one e-mail address"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_given(database, browser, sam, values, problem):
    for answer in (
        check(browser, wish(sam) | values),
        browser.post("/admin/exceptions", data={**wish(sam), **values, "reason": "As agreed."}),
    ):
        assert answer.status_code in (409, 422)
        assert problem in words(answer)
    assert stored(database) == []


def test_without_a_reason_the_page_comes_back_with_what_was_chosen(database, browser, sam):
    answer = browser.post("/admin/exceptions", data=wish(sam, time="150", reason=""))
    assert answer.status_code == 422
    assert "Enter the reason" in words(answer)
    assert 'name="time" value="150"' in answer.text
    assert stored(database) == []


def test_ending_one_and_replacing_one(database, browser, sam):
    browser.post("/admin/exceptions", data=wish(sam, time="150", reason="As agreed."))
    (first,) = stored(database)
    page = browser.get(f"/admin/exceptions/{first.id}")
    assert f"replaces={first.id}" in page.text
    more = wish(sam, time="200", reason="As agreed again.", replaces=str(first.id))
    browser.post("/admin/exceptions", data=more)
    old, second = sorted(stored(database), key=lambda row: row.ended_at is None)
    assert (old.id, second.time_percent) == (first.id, 200)
    answer = browser.post(f"/admin/exceptions/{second.id}/end")
    assert "It has ended." in words(browser.get(answer.headers["location"]))
    again = browser.post(f"/admin/exceptions/{second.id}/end")
    assert again.status_code == 409
    assert "This exception was ended before." in words(again)
    assert "2 exceptions" in words(browser.get("/admin/exceptions", params={"show": "ended"}))


def test_the_list_is_searched_and_taken_away(database, browser, ada, sam):
    with database.write() as db:
        tom = a_user(db, "Tom Student")
        for person in (sam, tom):
            a_stored_exception(db, ada.user_id, user_id=person.user_id, extra_attempts=2)
    listed = words(browser.get("/admin/exceptions", params={"q": "sam"}))
    assert "Sam Student" in listed
    assert "Tom Student" not in listed
    assert "Attempts: 2 more" in listed
    file = browser.post("/admin/exceptions/export", data={"q": "tom"}).text
    assert file.splitlines()[0].startswith('\ufeff"For","Course","Quiz","What"')
    assert "Tom Student" in file
    assert "Sam Student" not in file


def test_needs_without_an_exception_lead_to_one(database, browser, ada, sam, revision_id):
    with database.write() as db:
        with_needs(db, sam, "More time.")
        with_needs(db, a_user(db, "Una Student"), "More time.")
    listed = browser.get("/admin/exceptions/needs")
    assert "Sam Student" in words(listed)
    assert "Una Student" not in words(listed)
    assert "More time." not in words(listed)
    assert f"{NEW}?whom=person:{sam.user_id}" in listed.text
    with database.write() as db:
        a_stored_exception(db, ada.user_id, user_id=sam.user_id, time_percent=150)
    assert "No need waits" in words(browser.get("/admin/exceptions/needs"))
    read = browser.post(f"/admin/people/{sam.user_id}/access-needs")
    assert f"{NEW}?whom=person:{sam.user_id}" in read.text


def test_a_preview_for_many_takes_as_many_statements_as_for_one(
    database, browser, sam, revision_id
):
    with database.write() as db:
        group = Group(id=GroupId(new_uuid()), name="March", created_at=NOW)
        db.add(group)
        db.flush()
        _join(db, group.id, sam)
    values = {"whom": f"group:{group.id}", "at": f"{COURSE}/{QUIZ}", "time": "150"}
    check(browser, values)  # reads the course, which is cached from then on
    few = check(browser, values)
    assert "1 student" in words(few)
    with database.write() as db:
        for number in range(12):
            person = a_user(db, f"Student {number}")
            a_place(db, person, revision_id)
            _join(db, group.id, person)
            a_complete_module(db, person, revision_id, "skin")
            attempts.start_attempt(db, person, COURSE, QUIZ, now=NOW)
    many = check(browser, values)
    assert "13 students" in words(many)
    assert statements_of(many) == statements_of(few)


def _join(db, group_id, person):
    db.add(GroupMember(group_id=group_id, user_id=person.user_id, role="student", joined_at=NOW))
    db.flush()


def test_the_results_of_a_student_show_it_and_count_its_attempts(database, browser, ada, ben):
    """Ben has used his three attempts."""
    with database.write() as db:
        a_stored_exception(db, ada.user_id, user_id=ben.user_id, extra_attempts=2)
    page = browser.get(f"/results/{COURSE}/people/{ben.user_id}")
    assert "Attempts: 2 more" in words(page)
    assert "Attempts used: 3 of 5." in words(page)
    assert "You can allow one more." not in words(page)
    form = {"quiz": QUIZ, "reason": "The projector failed."}
    refused = browser.post(f"/results/{COURSE}/people/{ben.user_id}/attempts", data=form)
    assert refused.status_code == 409
    assert "2 attempts are left." in words(refused)


def test_an_instructor_and_a_student_see_nothing_of_it(database, as_person, ina, sam):
    for actor in (ina, sam):
        browser = as_person(actor)
        for path in ("/admin/exceptions", "/admin/exceptions/needs", NEW):
            assert browser.get(path).status_code == 403
        answer = browser.post("/admin/exceptions", data=wish(sam, time="150", reason="As agreed."))
        assert answer.status_code == 403
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(ExceptionRow)) == 0
