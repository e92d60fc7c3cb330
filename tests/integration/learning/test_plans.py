"""A student plans how many hours a week they learn: on their pages and in the API, on both databases."""

from datetime import date, timedelta

import pytest
from lxml import html
from sqlalchemy import select, update

from app.enrolments.models import Enrolment, EnrolmentState, StudyPlanRow
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.learning import (
    a_completed_theory,
    a_done_lesson,
)
from tests.make.pages import words

KEY = "small-course"
MAP = f"/learn/{KEY}"
PLAN = f"{MAP}/plan"
API = f"/api/v1{PLAN}"
TODAY = NOW.date()
QUESTION = "How many hours a week suit you?"


def stored(database) -> list[StudyPlanRow]:
    with database.read() as db:
        return list(db.scalars(select(StudyPlanRow)))


def choose(browser, hours="2"):
    return browser.post(PLAN, data={"hours": hours})


def test_each_of_three_choices_on_the_first_page_is_one_press(database, browser):
    page = browser.get("/home")
    forms = html.document_fromstring(page.text).xpath(f"//form[@action='{PLAN}']")
    hours = [form.xpath(".//input[@name='hours']/@value")[0] for form in forms]
    assert hours == ["1", "2", "4"]
    assert QUESTION in words(page)
    answer = choose(browser, hours[1])
    assert (answer.status_code, answer.headers["location"]) == (303, PLAN)
    (plan,) = stored(database)
    assert (plan.minutes_a_week, plan.counted_from, plan.mail_weekday) == (120, TODAY, 0)
    assert plan.next_mail_on is not None
    assert plan.next_mail_on > TODAY
    assert plan.next_mail_on.weekday() == 0
    for address in ("/home", MAP):
        shown = words(browser.get(address))
        assert "At 2 hours a week: theory by" in shown
        assert "On plan" in shown
        assert QUESTION not in shown


@pytest.mark.parametrize("address", ["/home", MAP, f"{MAP}/lessons/skin-layers"])
def test_a_plan_costs_a_page_no_statement(browser, address):
    browser.get(address)
    before = statements_of(browser.get(address))
    choose(browser)
    browser.get(address)
    assert statements_of(browser.get(address)) == before


@pytest.mark.parametrize("hours", ["0", "41", "1.2", "two", "", "-1", "NaN", "1e1"])
def test_hours_that_no_plan_has_are_refused_where_they_were_typed(database, browser, hours):
    choose(browser, "2")
    answer = choose(browser, hours)
    assert answer.status_code == 422
    wrong = html.document_fromstring(answer.text).xpath("//input[@name='hours'][@aria-invalid]")
    assert [field.get("value") for field in wrong] == [hours]
    assert [plan.minutes_a_week for plan in stored(database)] == [120]
    assert browser.put(API, json={"hours": "1.2"}).json()["reason"] == "bad_hours"


def test_a_pause_ends_after_today_and_a_paused_plan_goes_on_early(database, browser):
    choose(browser)
    until = TODAY + timedelta(days=20)
    for wrong, reason in ((TODAY, "pause_in_past"), (date(2099, 1, 1), "pause_too_long")):
        refused = browser.put(f"{API}/pause", json={"until": str(wrong)})
        assert (refused.status_code, refused.json()["reason"]) == (422, reason)
        assert browser.post(f"{PLAN}/pause", data={"until": str(wrong)}).status_code == 422
    assert stored(database)[0].paused_until is None
    assert browser.post(f"{PLAN}/pause", data={"until": str(until)}).status_code == 303
    (paused,) = stored(database)
    assert (paused.paused_until, paused.counted_from) == (until, until)
    assert paused.next_mail_on is not None
    assert paused.next_mail_on >= until
    assert "Paused until" in words(browser.get("/home"))
    assert browser.post(f"{PLAN}/resume").status_code == 303
    (going,) = stored(database)
    assert (going.paused_until, going.counted_from) == (None, TODAY)
    assert "Paused until" not in words(browser.get(PLAN))
    assert browser.delete(f"{API}/pause").json()["plan"]["pace"] == "on_plan"


def test_a_plan_whose_pause_is_over_counts_from_its_end(database, browser):
    choose(browser)
    with database.write() as db:
        over = TODAY - timedelta(days=1)
        db.execute(update(StudyPlanRow).values(paused_until=over, counted_from=over))
    assert browser.get(API).json()["plan"]["paused_until"] is None
    browser.post(f"{PLAN}/resume")
    assert stored(database)[0].counted_from == over


def test_who_does_less_than_planned_is_told_how_much(database, published, student, browser):
    choose(browser, "0.5")
    with database.write() as db:
        weeks_ago = TODAY - timedelta(days=70)
        db.execute(update(StudyPlanRow).values(counted_from=weeks_ago))
        left = db.scalars(select(StudyPlanRow.minutes_then)).one()
    assert browser.get(API).json()["plan"]["behind"] == left
    assert "A little behind:" in words(browser.get("/home"))
    with database.write() as db:
        a_done_lesson(db, student, published, "skin-layers")
    assert browser.get(API).json()["plan"]["behind"] < left
    choose(browser, "1")
    assert browser.get(API).json()["plan"]["behind"] == 0


def test_the_day_of_the_mail_is_chosen_and_mails_stop_with_one_press(database, browser):
    choose(browser)
    assert browser.post(f"{PLAN}/mail", data={"mail_day": "thursday"}).status_code == 303
    assert stored(database)[0].next_mail_on.weekday() == 3
    form = html.document_fromstring(browser.get(PLAN).text).xpath(
        f"//form[@action='{PLAN}/mail'][.//input[@value='never']]"
    )
    assert len(form) == 1
    browser.post(f"{PLAN}/mail", data={"mail_day": "never"})
    (plan,) = stored(database)
    assert (plan.mail_weekday, plan.next_mail_on) == (None, None)
    assert browser.post(f"{PLAN}/mail", data={"mail_day": "someday"}).status_code == 422
    assert browser.get(API).json()["plan"]["mail_day"] == "never"


def test_a_stopped_plan_is_forgotten(database, browser):
    choose(browser)
    assert browser.post(f"{PLAN}/stop").status_code == 303
    assert stored(database) == []
    assert QUESTION in words(browser.get("/home"))
    assert browser.delete(API).json() == {"plan": None}
    for change in ("pause", "mail"):
        sent = {"until": str(TODAY + timedelta(days=9)), "mail_day": "friday"}
        field = {"pause": "until", "mail": "mail_day"}[change]
        refused = browser.put(f"{API}/{change}", json={field: sent[field]})
        assert (refused.status_code, refused.json()["reason"]) == (409, "no_plan")


def test_nothing_is_planned_once_the_theory_is_complete(database, published, student, browser):
    choose(browser)
    with database.write() as db:
        a_completed_theory(db, student, published)
    refused = browser.put(API, json={"hours": 4})
    assert (refused.status_code, refused.json()["reason"]) == (409, "theory_done")
    assert [plan.minutes_a_week for plan in stored(database)] == [120]
    assert browser.get(API).json() == {"plan": None}
    assert "There is nothing left to plan" in words(browser.get(PLAN))
    assert "hours a week" not in words(browser.get(MAP))
    assert browser.post(f"{PLAN}/stop").status_code == 303


def test_without_a_place_there_is_no_plan(database, browser):
    choose(browser)
    with database.write() as db:
        db.execute(update(Enrolment).values(state=EnrolmentState.cancelled))
    assert browser.get(PLAN).status_code == 404
    assert choose(browser, "4").status_code == 404
    assert browser.put(API, json={"hours": 4}).status_code == 404
    assert [plan.minutes_a_week for plan in stored(database)] == [120]


def test_the_same_hours_again_change_nothing(database, browser):
    choose(browser)
    with database.write() as db:
        before = TODAY - timedelta(days=8)
        db.execute(update(StudyPlanRow).values(counted_from=before))
    choose(browser)
    assert stored(database)[0].counted_from == before
    choose(browser, "2.5")
    (plan,) = stored(database)
    assert (plan.minutes_a_week, plan.counted_from) == (150, TODAY)
