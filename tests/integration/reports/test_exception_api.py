"""Exceptions at quizzes by the API: the list, giving one, ending one."""

import pytest
from sqlalchemy import select

from app.quizzes.models import ExceptionRow
from tests.integration.reports.conftest import why
from tests.make.fingerprint import fingerprint
from tests.make.people import a_user
from tests.make.quizzes import a_place

PATH = "/api/v1/admin/exceptions"


@pytest.fixture
def sam(database, revision_id):
    with database.write() as db:
        sam = a_user(db, "Sam Student")
        a_place(db, sam, revision_id)
    return sam


@pytest.fixture
def browser(as_person, ada):
    return as_person(ada)


def a_wish(student, **values):
    return {
        "person_id": str(student.user_id),
        "course": "small-course",
        "time_percent": 150,
        "reason": "As agreed.",
        **values,
    }


def listed(browser, **params):
    return browser.get(PATH, params=params).json()


def test_an_admin_gives_one_reads_it_and_ends_it(database, browser, ada, sam):
    wish = a_wish(sam, opens_at="2026-12-08T12:00:00+02:00", quiz="needle-quiz", tell_reason=True)
    first, again = (
        browser.post(PATH, json=wish, headers={"Idempotency-Key": "once"}) for _ in range(2)
    )
    assert first.status_code == 201
    assert first.json() == again.json()
    exception_id = first.json()["exception_id"]
    (line,) = listed(browser, q="sam")["exceptions"]
    assert (line["id"], line["name"], line["quiz"]) == (exception_id, "Sam Student", "needle-quiz")
    assert (line["time_percent"], line["opens_at"]) == (150, "2026-12-08T10:00:00Z")
    assert (line["reason_is_told"], line["given_by"], line["ended_by"]) == (True, "Ada Admin", None)
    assert browser.post(f"{PATH}/{exception_id}/end").status_code == 204
    assert listed(browser)["total"] == 0
    (line,) = listed(browser, show="ended")["exceptions"]
    assert (line["id"], line["ended_by"]) == (exception_id, "Ada Admin")
    before = fingerprint(database)
    ended = browser.post(f"{PATH}/{exception_id}/end")
    assert (ended.status_code, ended.json()["reason"]) == (409, "ended")
    assert fingerprint(database) == before


def test_without_a_quiz_it_holds_for_each_of_the_course(database, browser, sam):
    browser.post(PATH, json=a_wish(sam))
    assert listed(browser)["exceptions"][0]["quiz"] is None
    with database.read() as db:
        assert db.scalars(select(ExceptionRow.quiz_key)).all() == [""]


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"time_percent": None}, 409, "nothing"),
        ({"time_percent": 130}, 422, ["/time_percent"]),
        ({"group_id": "00000000-0000-4000-8000-000000000001"}, 422, [""]),
        ({"person_id": None}, 422, [""]),
        ({"closes_at": "2026-01-01T10:00:00Z"}, 409, "past"),
        ({"closes_at": "0001-01-01T00:00:00+14:00"}, 422, ["/closes_at"]),
        ({"quiz": "no-such-quiz"}, 404, "not-found"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(
    database, browser, sam, changes, status, reason
):
    before = fingerprint(database)
    answer = browser.post(PATH, json=a_wish(sam, **changes))
    assert (answer.status_code, why(answer)) == (status, reason)
    assert fingerprint(database) == before


def test_only_admins_may(database, as_person, ina, sam):
    before = fingerprint(database)
    for actor in (ina, sam):
        own = as_person(actor)
        assert own.get(PATH).status_code == 403
        assert own.post(PATH, json=a_wish(sam)).status_code == 403
    assert fingerprint(database) == before
