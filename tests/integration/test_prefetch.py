"""Which pages a student's browser may prefetch, and that other browsers prefetch none."""

import json

import pytest

from tests.make.people import a_user


@pytest.fixture
def student(as_person, database):
    with database.write() as db:
        actor = a_user(db, "Stu Student")
    return as_person(actor)


def test_a_students_pages_name_the_rules(student):
    address = student.get("/home").headers["speculation-rules"].strip('"')
    answer = student.get(address)
    assert answer.headers["content-type"] == "application/speculationrules+json"
    assert "immutable" in answer.headers["cache-control"]
    (rule,) = json.loads(answer.text)["prefetch"]
    # On hover or touch only, and never a page of a running attempt.
    assert rule["eagerness"] == "moderate"
    assert {"not": {"href_matches": "/attempts/*"}} in rule["where"]["and"]


@pytest.mark.parametrize("save_data", ["on", "On"])
def test_who_saves_data_is_not_asked(student, save_data):
    answer = student.get("/home", headers={"save-data": save_data})
    assert answer.status_code == 200
    assert "speculation-rules" not in answer.headers


def test_strangers_and_staff_have_nothing_to_fetch_ahead(client, as_person, database):
    with database.write() as db:
        staff = a_user(db, "Ines Instructor", roles=("instructor",))
    for page in (client.get("/"), as_person(staff).get("/home")):
        assert page.status_code == 200
        assert "speculation-rules" not in page.headers
