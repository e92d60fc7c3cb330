"""Characters that are no text: SQLite would keep them, PostgreSQL cannot; neither is a fault of ours."""

import pytest

from app.accounts import queries
from app.kit.opened import Opened
from tests.make.keys import sealing_keys
from tests.make.people import a_user
from tests.make.versions import version_on

HOLE = "Ann\x00Able"


@pytest.mark.parametrize("path", ["/verify/%00", "/courses/a%00b", "/enquiry?course=a%00b"])
def test_an_address_with_a_hole_is_not_understood(client, path):
    response = client.get(path)
    assert response.status_code == 400
    assert "This request cannot be understood" in response.text


def test_a_search_with_a_hole_is_not_understood(as_person, database):
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
    assert as_person(admin).get("/admin/people?q=%00").status_code == 400


def test_a_hole_in_a_form_is_closed(as_person, database):
    with database.write() as db:
        ann = a_user(db, "Ann Able")
    browser = as_person(ann)
    version = version_on(browser, "/me")
    fields = {
        "version": version,
        "name": HOLE,
        "access_needs": f"Quiet.\x0b {HOLE}",
        "theme": "auto",
    }
    assert browser.post("/me", data=fields).status_code == 303
    with database.read() as db:
        profile = queries.profile(db, ann.user_id, sealing_keys())
    assert (profile.name, profile.access_needs) == ("AnnAble", Opened("Quiet. AnnAble"))


def test_a_hole_in_json_is_left_out_as_in_a_form(as_person, database):
    with database.write() as db:
        ann = a_user(db, "Ann Able")
    browser = as_person(ann)
    version = browser.get("/api/v1/me").json()["profile"]["version"]
    answer = browser.put(
        "/api/v1/me/profile", json={"name": "Ann", "profession": HOLE, "version": version}
    )
    assert answer.status_code == 200
    assert browser.get("/api/v1/me").json()["profile"]["profession"] == "AnnAble"
