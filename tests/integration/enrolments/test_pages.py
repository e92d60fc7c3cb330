"""The pages of intakes and places: what each role sees, what forms answer, what they cost."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from lxml import html
from sqlalchemy import func, select

from app import jobs
from app.audit.models import AuditEvent
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, IntakeRow
from app.outbox.queries import kept_mails
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.enrolments import an_enrolment, counters, states_in
from tests.make.keys import ISSUER
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.places import an_intake
from tests.make.versions import version_on

State = EnrolmentState
INTAKE = {
    "course_key": "small-course",
    "title": "Spring",
    "starts_on": "8 March 2027",
    "price": "1250",
    "places": "2",
    "opens_on": "1 November 2026",
    "opens_time": "09:00",
    "closes_on": "1 March 2027",
    "closes_time": "17:00",
}


@pytest.fixture
def published(database):
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def office(database, as_person, published):
    with database.write() as db:
        actor = a_user(db, "Olga Office", roles=("admin",))
    return as_person(actor)


@pytest.fixture
def ann(database, published):
    with database.write() as db:
        return a_user(db, "Ann Ames")


@pytest.fixture
def intake_id(database, published):
    with database.write() as db:
        return an_intake(db, title="Winter", places=2)


def reserve_path(intake_id) -> str:
    return f"/courses/small-course/reserve/{intake_id}"


def key_of(page) -> str:
    return re.search(r'name="idempotency_key" value="([^"]+)"', page.text)[1]


def test_visitors_see_the_course_with_its_dates(client, intake_id):
    page = client.get("/courses/small-course")
    assert page.status_code == 200
    for words in (
        "A small course in skin and needles",
        "Name the layers of the skin",
        "You are 18 or over",
        "Winter",
        "£1,250",
        "2 places left",
        "Mon 11 Jan 2027",
        "Reserve your place",
    ):
        assert words in page.text
    assert client.get("/courses/no-course").status_code == 404


def test_a_course_without_dates_says_so(client, published):
    assert "No dates yet" in client.get("/courses/small-course").text


def test_a_visitor_makes_an_account_on_the_way(client, intake_id):
    path = reserve_path(intake_id)
    page = client.get(path)
    assert f"/register?next={path}" in page.text
    assert f"/sign-in?next={path}" in page.text
    assert client.post(path).status_code == 303
    assert client.get(reserve_path(uuid4())).status_code == 404


def test_drafts_are_not_there_for_students(client, database, published):
    with database.write() as db:
        draft = an_intake(db, status="draft")
    assert client.get(reserve_path(draft)).status_code == 404
    assert "Winter" not in client.get("/courses/small-course").text


def test_a_student_reserves_once_and_withdraws(as_person, database, ann, intake_id):
    browser = as_person(ann)
    page = browser.get(reserve_path(intake_id))
    form = {"idempotency_key": key_of(page)}
    first = browser.post(reserve_path(intake_id), data=form)
    second = browser.post(reserve_path(intake_id), data=form)
    assert (first.status_code, first.headers["location"]) == (303, "/enrolments")
    assert (second.status_code, second.headers["location"]) == (303, "/enrolments")
    assert states_in(database, intake_id) == {"Ann Ames": "requested"}
    mine = browser.get("/enrolments")
    assert "We keep a place for you" in mine.text
    withdraw = re.search(r'action="(/enrolments/[^"]+/withdraw)"', mine.text)[1]
    again = browser.post(reserve_path(intake_id))
    assert again.status_code == 409
    assert "You have already asked for a place" in again.text
    assert browser.post(withdraw).status_code == 303
    assert states_in(database, intake_id) == {"Ann Ames": "cancelled"}
    gone = browser.post(withdraw)
    assert gone.status_code == 409
    assert "This place is not held any more." in gone.text


def test_a_form_sent_twice_at_once_has_one_effect(as_person, database, ann, intake_id):
    browsers = [as_person(ann) for _ in range(4)]
    form = {"idempotency_key": "one-form-in-two-windows"}
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda browser: browser.post(reserve_path(intake_id), data=form), browsers)
        )
    assert [answer.status_code for answer in answers] == [303] * 4
    assert counters(database, intake_id) == (2, 1, 0)


def test_the_full_intake_offers_its_waiting_list(as_person, database, published, ann, intake_id):
    with database.write() as db:
        for name in ("Ben Bo", "Cem Can"):
            an_enrolment(db, intake_id, a_user(db, name))
    browser = as_person(ann)
    assert "Join the waiting list" in browser.get("/courses/small-course").text
    assert "Join the waiting list" in browser.get(reserve_path(intake_id)).text
    browser.post(reserve_path(intake_id))
    mine = browser.get("/enrolments")
    assert "on the waiting list. We write to you when" in mine.text  # the flash
    assert "You are number 1 on the waiting list. When a place becomes free" in mine.text
    course = browser.get("/courses/small-course")
    assert "You are already on the waiting list" in course.text
    assert "1 person waits" in course.text


def test_an_unconfirmed_address_is_told_what_to_do(as_person, database, intake_id):
    with database.write() as db:
        actor = a_user(db, "Una New", confirmed_at=None)
    browser = as_person(actor)
    assert "is not confirmed yet" in browser.get(reserve_path(intake_id)).text
    refused = browser.post(reserve_path(intake_id))
    assert refused.status_code == 409
    assert "Open the link in the mail" in refused.text


def test_staff_are_told_that_students_reserve(office, intake_id):
    assert "signed in as staff" in office.get("/courses/small-course").text
    assert "signed in as staff" in office.get(reserve_path(intake_id)).text


def test_a_confirmed_student_opens_the_course(as_person, database, published, ann, intake_id):
    with database.write() as db:
        an_enrolment(
            db,
            intake_id,
            ann,
            State.confirmed,
            published=published,
            invoice_number="1",
            paid_at=NOW,
        )
        an_enrolment(db, an_intake(db, title="Old"), ann, State.declined, reason="Too late")
    mine = as_person(ann).get("/enrolments").text
    assert 'href="/learn/small-course"' in mine
    assert "Too late" in mine
    assert "Paid" in mine
    assert 'href="/learn/small-course"' in as_person(ann).get("/courses/small-course").text


def test_nobody_touches_the_places_of_others(as_person, database, ann, intake_id):
    with database.write() as db:
        theirs = an_enrolment(db, intake_id, a_user(db, "Ben Bo"))
    answer = as_person(ann).post(f"/enrolments/{theirs}/withdraw")
    nowhere = as_person(ann).post(f"/enrolments/{uuid4()}/withdraw")
    assert answer.status_code == nowhere.status_code == 404
    assert states_in(database, intake_id) == {"Ben Bo": "requested"}


def test_the_office_makes_an_intake(office, database):
    assert "No upcoming intakes" in office.get("/admin/intakes").text
    form = {**INTAKE, "idempotency_key": key_of(office.get("/admin/intakes/new"))}
    first = office.post("/admin/intakes/new", data=form)
    second = office.post("/admin/intakes/new", data=form)
    assert first.status_code == 303
    assert second.headers["location"] == first.headers["location"]
    page = office.get(first.headers["location"])
    assert "Only the office sees this intake" in page.text
    assert office.post(f"{first.headers['location']}/open").status_code == 303
    assert office.post(f"{first.headers['location']}/open").status_code == 409
    assert "Spring" in office.get("/admin/intakes").text
    assert "Spring" not in office.get("/admin/intakes?when=past").text
    with database.read() as db:
        assert db.execute(select(func.count()).select_from(IntakeRow)).scalar_one() == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"starts_on": "31 February 2027"}, "There is no such day."),
        ({"places": "none"}, "Enter a whole number."),
        ({"course_key": "no-course"}, "There is no published course with this name."),
        ({"closes_on": "1 October 2026"}, "Reservations must close after they open."),
        ({"opens_on": "28 March 2027", "opens_time": "01:30"}, "The clocks go forward then"),
    ],
)
def test_an_intake_that_cannot_be_is_shown_again(office, changed, message):
    answer = office.post("/admin/intakes/new", data={**INTAKE, **changed})
    assert answer.status_code == 422
    assert message in answer.text
    assert 'value="Spring"' in answer.text
    assert "<title>Error: " in answer.text


def test_the_office_changes_an_intake(office, database, published, intake_id):
    with database.write() as db:
        for name in ("Ben Bo", "Cem Can"):
            an_enrolment(db, intake_id, a_user(db, name), State.confirmed, published=published)
    path = f"/admin/intakes/{intake_id}/edit"
    page = office.get(path)
    assert 'value="11 January 2027"' in page.text
    form = {name: typed for name, typed in INTAKE.items() if name != "course_key"}
    form["version"] = version_on(office, path)
    fewer = office.post(path, data={**form, "places": "1"})
    assert fewer.status_code == 409
    assert "Nobody loses a place" in fewer.text
    assert 'value="Spring"' in fewer.text
    answer = office.post(path, data={**form, "places": "1", "reason": "A smaller room"})
    assert answer.status_code == 303
    assert "runs over by 1 place" in office.get(f"/admin/intakes/{intake_id}").text
    assert office.get(f"/admin/intakes/{uuid4()}/edit").status_code == 404


def test_a_long_list_is_searched_and_keeps_the_places_in_the_queue(office, database, intake_id):
    with database.write() as db:
        for number in range(12):
            an_enrolment(db, intake_id, a_user(db, f"Waiter {number:02}"), State.waiting)
    here = f"/admin/intakes/{intake_id}?show=waiting"
    page = html.fromstring(office.get(f"{here}&q=waiter+07").text)
    (row,) = page.xpath("//tbody/tr")
    assert row.xpath("./td[@data-label='Position']")[0].text_content().strip() == "8"
    assert "Waiter 07" in row.text_content()
    assert "Nobody found" in office.get(f"{here}&q=nobody").text
    assert "Waiter 11" in office.get(here).text


def test_a_new_intake_begins_with_the_terms_of_the_last(office, intake_id):
    page = office.get("/admin/intakes/new").text
    assert 'value="1250"' in page
    assert 'value="1 December 2026"' in page
    assert re.search(r'value="small-course"\s+selected', page)


def test_the_office_decides_requests(office, database, ann, intake_id):
    with database.write() as db:
        first = an_enrolment(db, intake_id, ann)
        second = an_enrolment(db, intake_id, a_user(db, "Ben Bo"))
        an_enrolment(db, intake_id, a_user(db, "Cem Can"), State.waiting)
    page = office.get(f"/admin/intakes/{intake_id}")
    assert "Requests to decide" in page.text
    assert office.post(f"/admin/enrolments/{first}/confirm").status_code == 303
    assert office.post(f"/admin/enrolments/{first}/confirm").status_code == 409
    unexplained = office.post(f"/admin/enrolments/{second}/decline", data={"reason": ""})
    assert unexplained.status_code == 422
    assert "Enter the reason." in unexplained.text
    reason = {"reason": "No proof of age"}
    assert office.post(f"/admin/enrolments/{second}/decline", data=reason).status_code == 303
    assert states_in(database, intake_id) == {
        "Ann Ames": "confirmed",
        "Ben Bo": "declined",
        "Cem Can": "requested",
    }
    ended = office.get(f"/admin/intakes/{intake_id}?show=ended")
    assert "No proof of age" in ended.text
    assert office.get(f"/admin/enrolments/{uuid4()}").status_code == 404


def test_the_office_records_money_and_takes_a_place_away(
    office, database, ann, published, intake_id
):
    with database.write() as db:
        enrolment_id = an_enrolment(db, intake_id, ann, State.confirmed, published=published)
    path = f"/admin/enrolments/{enrolment_id}"
    assert office.post(f"{path}/payment", data={"paid_on": "1 Dec 2026"}).status_code == 409
    late = office.post(f"{path}/invoice", data={"number": "A-1", "invoiced_on": "2 Dec 2026"})
    assert late.status_code == 422
    assert "in the future" in late.text
    assert 'value="A-1"' in late.text
    invoice = {
        "number": "A-1",
        "invoiced_on": "30/11/2026",
        "version": version_on(office, path, f"{path}/invoice"),
    }
    assert office.post(f"{path}/invoice", data=invoice).status_code == 303
    payment = {
        "paid_on": "1 Dec 2026",
        "version": version_on(office, path, f"{path}/payment"),
    }
    assert office.post(f"{path}/payment", data=payment).status_code == 303
    page = office.get(path)
    assert "A-1, Mon 30 Nov 2026" in page.text
    assert "Tue 1 Dec 2026" in page.text
    assert "A-1" in office.get(f"/admin/intakes/{intake_id}?show=confirmed").text
    assert office.post(f"{path}/cancel", data={"reason": "Asked by phone"}).status_code == 303
    assert states_in(database, intake_id) == {"Ann Ames": "cancelled"}


def test_the_office_reserves_on_one_screen(office, database, ann, intake_id):
    path = f"/admin/intakes/{intake_id}/reserve"
    page = office.get(path)
    assert page.text.count("Person ") == 10
    people = {
        "name_1": "Nia New",
        "email_1": "nia@example.org",
        "name_2": "Ann Ames",
        "email_2": ann.email,
        "note": "Clinic Ltd",
    }
    wrong = office.post(path, data={**people, "name_3": "Cem Can", "email_3": "cem@"})
    assert wrong.status_code == 422
    assert 'href="#f-email_3"' in wrong.text
    assert 'value="nia@example.org"' in wrong.text
    third = {"name_3": "Cem Can", "email_3": "cem@example.org"}
    over = office.post(path, data={**people, **third})
    assert over.status_code == 409
    assert "There are not enough places left" in over.text
    form = {**people, "idempotency_key": key_of(page)}
    assert office.post(path, data=form).status_code == 303
    assert office.post(path, data=form).status_code == 303
    assert states_in(database, intake_id) == {"Nia New": "confirmed", "Ann Ames": "confirmed"}
    again = office.post(path, data={"name_1": "Ann Ames", "email_1": ann.email})
    assert again.status_code == 409
    assert "already has a confirmed place" in again.text


def test_the_office_cancels_an_intake(office, database, ann, intake_id):
    with database.write() as db:
        an_enrolment(db, intake_id, ann)
    path = f"/admin/intakes/{intake_id}"
    assert office.post(f"{path}/cancel", data={}).status_code == 422
    assert office.post(f"{path}/cancel", data={"reason": "No teacher"}).status_code == 303
    page = office.get(path)
    assert "This intake is cancelled" in page.text
    assert "Reserve places" not in page.text
    assert states_in(database, intake_id) == {"Ann Ames": "cancelled"}


def test_the_list_of_people_is_exported_harmlessly(office, database, intake_id):
    with database.write() as db:
        an_enrolment(db, intake_id, a_user(db, " =HYPERLINK(1)", email="x@example.org"))
        an_enrolment(db, intake_id, a_user(db, "Ben, Bo", email="b@example.org"), State.waiting)
    answer = office.post(f"/admin/intakes/{intake_id}/export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    lines = answer.text.splitlines()
    assert lines[0].startswith('\ufeff"Name","E-mail","Phone","State","Position","Requested",')
    assert lines[1].startswith('" \'=HYPERLINK(1)","x@example.org","","requested","",')
    assert lines[2].startswith('"Ben, Bo","b@example.org","","waiting","1",')
    with database.read() as db:
        act = db.scalars(select(AuditEvent).where(AuditEvent.action == "intake.exported")).one()
        assert act.details == {"rows": 2}


def test_past_intakes_have_their_own_list(office, database, published):
    with database.write() as db:
        an_intake(db, title="Long ago", starts_on=NOW.date() - timedelta(days=1))
        an_intake(db, title="Today", starts_on=NOW.date())
    assert "Today" in office.get("/admin/intakes").text
    past = office.get("/admin/intakes?when=past").text
    assert "Long ago" in past
    assert "Today" not in past.split("<main")[1]


@pytest.mark.parametrize("people", [6, 60])
def test_pages_cost_the_same_with_ten_times_the_people(
    office, as_person, database, published, ann, people
):
    with database.write() as db:
        intake_id = an_intake(db, places=people)
        for number in range(people):
            student = a_user(db, f"Student {number}")
            an_enrolment(db, intake_id, student, State.confirmed, published=published)
            waiter = a_user(db, f"Waiter {number}")
            an_enrolment(db, intake_id, waiter, State.waiting)
        an_enrolment(db, intake_id, ann, State.waiting)
    student = as_person(ann)
    for browser, path, most in (
        (office, f"/admin/intakes/{intake_id}", 8),
        (office, f"/admin/intakes/{intake_id}?show=waiting", 8),
        (office, "/admin/intakes", 8),
        (student, "/courses/small-course", 6),
        (student, reserve_path(intake_id), 6),
        (student, "/enrolments", 6),
    ):
        browser.get(path)
        again = browser.get(path)
        assert again.status_code == 200
        assert statements_of(again) <= most, f"{path}: {statements_of(again)}"
    first = office.get(f"/admin/intakes/{intake_id}?show=waiting")
    assert ("Page 1 of 2" in first.text) is (people == 60)
    last = office.get(f"/admin/intakes/{intake_id}?show=waiting&page=2")
    assert ("Ann Ames" in last.text) is (people == 60)


def test_each_letter_can_be_sent(app, as_person, office, database, published, ann, intake_id):
    browser = as_person(ann)
    browser.post(reserve_path(intake_id))
    with database.read() as db:
        enrolment_id = db.scalars(select(Enrolment.id)).one()
    office.post(f"/admin/enrolments/{enrolment_id}/confirm")
    office.post(f"/admin/enrolments/{enrolment_id}/cancel", data={"reason": "Asked by phone"})
    browser.post(reserve_path(intake_id))
    browser.post("/api/v1/intakes")
    jobs.deliver_due(database, app.state.mailer, ISSUER, now=NOW)
    with database.read() as db:
        mails = kept_mails(db, to=ann.email)
    assert {mail.subject for mail in mails} == {
        "We have your request: A small course in skin and needles, Winter",
        "Your place is confirmed: A small course in skin and needles, Winter",
        "Your place was cancelled: A small course in skin and needles, Winter",
    }
    texts = "\n".join(mail.text for mail in mails)
    assert "http://testserver/learn/small-course" in texts
    assert "Asked by phone" in texts
    assert "Monday 11 January 2027" in texts


def test_the_api_lists_asks_and_withdraws(client, as_person, database, ann, intake_id):
    (offer,) = client.get("/api/v1/intakes").json()["intakes"]
    assert (offer["intake_id"], offer["places_left"], offer["decision"]) == (
        str(intake_id),
        2,
        "request",
    )
    path = f"/api/v1/intakes/{intake_id}/requests"
    assert client.post(path).status_code == 401
    browser = as_person(ann)
    key = {"Idempotency-Key": "once"}
    first = browser.post(path, headers=key)
    assert first.status_code == 201
    assert first.json()["state"] == "requested"
    assert browser.post(path, headers=key).json() == first.json()
    refused = browser.post(path)
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["reason"] == "already_requested"
    assert browser.get("/api/v1/intakes").json()["intakes"][0]["refusal"] == "already_requested"
    assert browser.delete(path).status_code == 204
    assert browser.delete(path).status_code == 404
    superseded = browser.post(path, headers=key)  # N1: it is no longer true
    assert (superseded.status_code, superseded.json()["reason"]) == (409, "superseded")
    assert states_in(database, intake_id) == {"Ann Ames": "cancelled"}


ADMIN_GETS = ("", "/edit", "/reserve")


@pytest.mark.parametrize(
    ("role", "expected"), [(None, 303), ("student", 403), ("instructor", 403), ("admin", 200)]
)
def test_the_offices_pages_are_the_offices(
    client, as_person, database, ann, intake_id, role, expected
):
    with database.write() as db:
        browser = client if role is None else as_person_in(db, role)
        enrolment_id = an_enrolment(db, intake_id, ann)
    if role is not None:
        browser = as_person(browser)
    paths = [f"/admin/intakes/{intake_id}{end}" for end in ADMIN_GETS]
    paths += ["/admin/intakes", "/admin/intakes/new", f"/admin/enrolments/{enrolment_id}"]
    assert {path: browser.get(path).status_code for path in paths} == dict.fromkeys(paths, expected)


def as_person_in(db, role):
    return a_user(db, f"Walk {role}", roles=(role,))


@pytest.mark.parametrize(
    ("role", "expected"), [(None, 303), ("student", 200), ("instructor", 403), ("admin", 403)]
)
def test_places_of_ones_own_are_for_students(
    client, as_person, database, published, role, expected
):
    browser = client
    if role is not None:
        with database.write() as db:
            actor = as_person_in(db, role)
        browser = as_person(actor)
    assert browser.get("/enrolments").status_code == expected
