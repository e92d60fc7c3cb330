"""Access needs on a roster: read by one recorded post, and in a file only for a reason."""

import pytest
from sqlalchemy import select

from app.accounts.needs_reader import NEEDS_READ
from app.audit.models import AuditEvent
from app.kit.ids import new_uuid
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.pdf import text_of
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_seat

NEEDS, OTHERS = "A stool at the bed.", "I lip-read."
REASON = "The room is set up by a colleague."


@pytest.fixture
def day(database):
    """A day of an instructor with three people, two of whom have access needs."""
    with database.write() as db:
        teacher = a_user(db, "Ira Instructor", roles=("instructor",))
        practical_id = a_practical(db, instructors=(teacher,))
        ann = a_user(db, "Ann", access_needs=NEEDS)
        ben = a_user(db, "Ben", access_needs=OTHERS)
        cleo = a_user(db, "Cleo")
        a_user(db, "Dora", access_needs="Elsewhere")
        for person in (ann, ben, cleo):
            a_seat(db, practical_id, person.user_id)
    return practical_id, teacher, ann, ben


@pytest.fixture
def strangers(database):
    with database.write() as db:
        return (
            (a_user(db, "Otto Other", roles=("instructor",)), 404),
            (a_user(db, "Stu Dent"), 403),
        )


def readings(database) -> list[AuditEvent]:
    with database.read() as db:
        return list(db.scalars(select(AuditEvent).where(AuditEvent.action == NEEDS_READ)))


def test_one_post_opens_a_whole_roster_with_one_row_a_person(as_person, database, day):
    practical_id, teacher, ann, ben = day
    path = f"/teach/practicals/{practical_id}"
    browser = as_person(teacher)
    page = browser.get(path).text
    assert page.count("Has access needs") == 2
    assert f'action="{path}/access-needs"' in page
    answer = browser.post(f"{path}/access-needs")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    assert NEEDS in answer.text
    assert OTHERS in answer.text
    assert "Elsewhere" not in answer.text
    assert "London time" in answer.text
    rows = readings(database)
    assert {row.person_id for row in rows} == {ann.user_id, ben.user_id}
    for row in rows:
        assert (row.actor_id, row.at, row.reason) == (teacher.user_id, NOW, None)
        assert row.details == {"place": "roster", "network": "testclient"}
        assert row.request_id
    browser.post(f"{path}/access-needs")
    assert len(readings(database)) == 4


@pytest.mark.parametrize("path", ["access-needs", "roster-with-needs"])
def test_to_nobody_else(as_person, database, day, strangers, path):
    practical_id, *_ = day
    for person, status in strangers:
        browser = as_person(person)
        before = fingerprint(database)
        fields = {"file": "csv", "reason": REASON} if path == "roster-with-needs" else {}
        refused = browser.post(f"/teach/practicals/{practical_id}/{path}", data=fields)
        assert refused.status_code == status
        assert NEEDS not in refused.text
        assert fingerprint(database) == before


def test_of_a_day_that_is_not_there(as_person, database, day):
    with database.write() as db:
        admin = a_user(db, "Ada", roles=("admin",))
    assert as_person(admin).post(f"/teach/practicals/{new_uuid()}/access-needs").status_code == 404
    assert readings(database) == []


def test_files_say_only_who_has_some(as_person, database, day):
    practical_id, teacher, *_ = day
    browser, path = as_person(teacher), f"/teach/practicals/{practical_id}"
    csv = browser.get(f"{path}/roster.csv").text
    assert csv.count("Has access needs") == 2
    paper = text_of(browser.get(f"{path}/roster.pdf").content)
    assert paper.count("Has access needs") == 2
    assert "it names people and addresses" in paper
    for words in (csv, paper):
        assert NEEDS not in words
        assert OTHERS not in words
    assert readings(database) == []


@pytest.mark.parametrize("kind", ["csv", "pdf"])
def test_a_file_names_them_for_a_reason(as_person, database, day, kind):
    practical_id, teacher, ann, ben = day
    browser = as_person(teacher)
    path = f"/teach/practicals/{practical_id}/roster-with-needs"
    assert 'name="reason"' in browser.get(path).text
    answer = browser.post(path, data={"file": kind, "reason": REASON})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert "no-store" in answer.headers["cache-control"]
    words = answer.text if kind == "csv" else text_of(answer.content)
    assert NEEDS in words
    assert OTHERS in words
    assert ("it names access needs" in words) == (kind == "pdf")
    rows = readings(database)
    assert {row.person_id for row in rows} == {ann.user_id, ben.user_id}
    assert {row.reason for row in rows} == {REASON}
    assert {row.details["place"] for row in rows} == {f"roster {kind}"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"file": "csv", "reason": ""}, "Enter the reason."),
        ({"file": "csv", "reason": "x"}, "at least 3"),
        ({"file": "csv", "reason": "x" * 501}, "at most 500"),
        ({"file": "xls", "reason": REASON}, "Choose one of the given answers."),
        ({"reason": REASON}, "Enter the kind of file."),
    ],
)
def test_a_file_without_a_reason_is_refused_and_what_was_typed_stays(
    as_person, database, day, fields, said
):
    practical_id, teacher, *_ = day
    browser = as_person(teacher)
    before = fingerprint(database)
    refused = browser.post(f"/teach/practicals/{practical_id}/roster-with-needs", data=fields)
    assert refused.status_code == 422
    assert said in refused.text
    if fields["reason"]:
        assert f'value="{fields["reason"]}"' in refused.text
    assert NEEDS not in refused.text
    assert fingerprint(database) == before


def test_a_csv_cell_of_needs_runs_no_formula(as_person, database, day):
    practical_id, teacher, *_ = day
    with database.write() as db:
        a_seat(db, practical_id, a_user(db, "Zed", access_needs="=cmd()").user_id)
    path = f"/teach/practicals/{practical_id}/roster-with-needs"
    lines = as_person(teacher).post(path, data={"file": "csv", "reason": REASON}).text
    assert "'=cmd()" in lines
