"""Access needs: sealed in the database, shown by a post that is recorded, and to nobody else."""

import logging

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from app.accounts import queries
from app.accounts.models import Group, GroupMember, User
from app.accounts.needs_reader import NEEDS_READ
from app.audit.models import AuditEvent
from app.db.sealed import seal
from app.kit.ids import GroupId, new_uuid
from app.kit.keys import SealingKeys
from app.kit.opened import Opened
from tests.make import NOW
from tests.make.browsing import a_browser
from tests.make.fingerprint import fingerprint
from tests.make.keys import sealing_keys
from tests.make.pages import words
from tests.make.people import a_user, with_needs
from tests.make.versions import version_on

NEEDS = "Please face me: I lip-read."
LOST = SealingKeys.read(f"20200101-lost aes-256-gcm {'B' * 43}=\n")


@pytest.fixture
def ben(database):
    """A student with access needs."""
    with database.write() as db:
        return a_user(db, "Ben Bold", email="ben@example.org", access_needs=NEEDS)


@pytest.fixture
def group(database, ben, sam, ina):
    """A group of Ina with Ben and Sam in it."""
    group_id = GroupId(new_uuid())
    with database.write() as db:
        db.add(Group(id=group_id, name="Tuesday", created_at=NOW))
        db.flush()
        for person, role in ((ben, "student"), (sam, "student"), (ina, "instructor")):
            db.add(GroupMember(group_id=group_id, user_id=person.user_id, role=role, joined_at=NOW))
    return group_id


def lose_the_key(database, person) -> None:
    """Seal what a person wrote with a key that is in no file."""
    sealed = seal(LOST, NEEDS, purpose=f"access needs of {person.user_id}")
    with database.write() as db:
        db.execute(update(User).where(User.id == person.user_id).values(access_needs_sealed=sealed))


def readings(database) -> list[AuditEvent]:
    with database.read() as db:
        return list(db.scalars(select(AuditEvent).where(AuditEvent.action == NEEDS_READ)))


class TestThePersonAlone:
    def test_they_see_and_change_their_own(self, as_person, database, ben):
        browser = as_person(ben)
        page = browser.get("/me").text
        assert NEEDS in page
        changed = {
            "name": "Ben Bold",
            "access_needs": "A ramp.",
            "version": version_on(browser, "/me"),
        }
        assert browser.post("/me", data=changed).status_code == 303
        assert "A ramp." in browser.get("/me").text
        with database.read() as db:
            assert queries.profile(db, ben.user_id, sealing_keys()).access_needs == Opened(
                "A ramp."
            )
            stored = db.get_one(User, ben.user_id).access_needs_sealed
        assert stored is not None
        assert b"ramp" not in stored
        assert readings(database) == []

    def test_emptied_needs_are_gone(self, as_person, database, ben):
        browser = as_person(ben)
        emptied = {"name": "Ben Bold", "access_needs": " ", "version": version_on(browser, "/me")}
        assert browser.post("/me", data=emptied).status_code == 303
        with database.read() as db:
            assert db.get_one(User, ben.user_id).access_needs_sealed is None

    def test_the_api_says_that_there_are_some_and_elsewhere_which(self, as_person, ben, sam):
        browser = as_person(ben)
        me = browser.get("/api/v1/me")
        assert me.json()["has_access_needs"] is True
        assert NEEDS not in me.text
        own = browser.get("/api/v1/me/access-needs").json()
        assert own == {"access_needs": NEEDS, "is_readable": True}
        other = as_person(sam)
        assert other.get("/api/v1/me").json()["has_access_needs"] is False
        assert other.get("/api/v1/me/access-needs").json()["access_needs"] is None

    @pytest.mark.parametrize(
        ("sent", "expected"),
        [({}, NEEDS), ({"access_needs": None}, None), ({"access_needs": "New"}, "New")],
    )
    def test_what_the_api_leaves_out_stays(self, as_person, ben, sent, expected):
        browser = as_person(ben)
        profile = browser.get("/api/v1/me").json()["profile"] | {"name": "Benjamin"} | sent
        assert browser.put("/api/v1/me/profile", json=profile).status_code == 200
        assert browser.get("/api/v1/me/access-needs").json()["access_needs"] == expected


class TestAKeyThatIsGone:
    def test_the_person_is_told_and_saves_the_rest(self, as_person, database, ben, caplog):
        lose_the_key(database, ben)
        browser = as_person(ben)
        with caplog.at_level(logging.ERROR):
            page = browser.get("/me")
        assert page.status_code == 200
        assert "cannot be read at the moment" in page.text
        assert "ask the office" in page.text
        with database.read() as db:
            before = db.get_one(User, ben.user_id).access_needs_sealed
        renamed = {"name": "Benjamin", "access_needs": "", "version": version_on(browser, "/me")}
        assert browser.post("/me", data=renamed).status_code == 303
        with database.read() as db:
            after = db.get_one(User, ben.user_id)
            assert (after.name, after.access_needs_sealed) == ("Benjamin", before)
        own = browser.get("/api/v1/me/access-needs").json()
        assert own == {"access_needs": None, "is_readable": False}
        assert browser.get("/api/v1/me").json()["has_access_needs"] is True

    def test_they_can_write_it_again(self, as_person, database, ben):
        lose_the_key(database, ben)
        browser = as_person(ben)
        again = {"name": "Ben", "access_needs": "A ramp.", "version": version_on(browser, "/me")}
        assert browser.post("/me", data=again).status_code == 303
        assert "cannot be read" not in browser.get("/me").text

    def test_staff_are_told_and_nothing_is_recorded(self, as_person, database, ben, ada, capsys):
        lose_the_key(database, ben)
        page = as_person(ada).post(f"/admin/people/{ben.user_id}/access-needs")
        assert page.status_code == 200
        assert "cannot be read at the moment" in page.text
        assert "ask the person on the day" in page.text
        assert readings(database) == []
        logged = capsys.readouterr()
        assert NEEDS not in logged.out + logged.err

    def test_needs_of_somebody_else_do_not_open(self, as_person, database, ben, sam, ada):
        """A sealed value that was moved to another person's row does not open there."""
        with database.write() as db:
            moved = db.get_one(User, ben.user_id).access_needs_sealed
            db.get_one(User, sam.user_id).access_needs_sealed = moved
        page = as_person(ada).post(f"/admin/people/{sam.user_id}/access-needs").text
        assert NEEDS not in page
        assert "cannot be read" in page


class TestOfOnePerson:
    def test_an_admin_reads_and_it_is_recorded(self, as_person, database, ben, ada):
        browser = as_person(ada)
        story = browser.get(f"/admin/people/{ben.user_id}").text
        assert "Has access needs" in story
        assert NEEDS not in story
        answer = browser.post(f"/admin/people/{ben.user_id}/access-needs")
        assert NEEDS in answer.text
        assert "no-store" in answer.headers["cache-control"]
        (row,) = readings(database)
        assert (row.actor_id, row.person_id, row.at) == (ada.user_id, ben.user_id, NOW)
        assert row.details == {"place": "person", "network": "testclient"}
        assert row.reason is None
        page = words(browser.get(f"/admin/people/{ben.user_id}"))
        assert "Ada Admin read the access needs of Ben Bold." in page

    def test_where_there_are_none_nothing_is_recorded(self, as_person, database, sam, ada):
        browser = as_person(ada)
        assert "Show access needs" not in browser.get(f"/admin/people/{sam.user_id}").text
        answer = browser.post(f"/admin/people/{sam.user_id}/access-needs")
        assert "Nobody has access needs" in answer.text
        assert readings(database) == []

    def test_nobody_else_may(self, as_person, database, ben, sam, ina, ada):
        path = f"/admin/people/{ben.user_id}/access-needs"
        before = fingerprint(database)
        for person in (sam, ina, ben):
            browser, before = as_person(person), fingerprint(database)
            refused = browser.post(path)
            assert refused.status_code == 403
            assert "for other roles" in refused.text
            assert NEEDS not in refused.text
            assert fingerprint(database) == before
        unknown = as_person(ada).post(f"/admin/people/{new_uuid()}/access-needs")
        assert unknown.status_code == 404
        assert readings(database) == []

    def test_a_get_reads_nothing(self, as_person, database, ben, ada):
        assert as_person(ada).get(f"/admin/people/{ben.user_id}/access-needs").status_code == 405
        assert readings(database) == []

    def test_a_post_without_proof_of_its_origin_reads_nothing(
        self, app, portal, database, ben, ada, as_person
    ):
        browser = as_person(ada)
        refused = browser.post(
            f"/admin/people/{ben.user_id}/access-needs", headers={"origin": "https://evil.example"}
        )
        assert refused.status_code == 403
        assert NEEDS not in refused.text
        assert readings(database) == []
        visitor = a_browser(app, portal).post(f"/admin/people/{ben.user_id}/access-needs")
        assert visitor.status_code in (303, 401, 403)
        assert NEEDS not in visitor.text


class TestOfAGroup:
    def test_its_instructor_reads_them_all_with_one_row_a_person(
        self, as_person, database, group, ben, sam, ina
    ):
        browser = as_person(ina)
        page = browser.get(f"/teach/groups/{group}").text
        assert page.count("Has access needs") == 1
        assert NEEDS not in page
        with database.write() as db:
            with_needs(db, sam, "A quiet place.")
        answer = browser.post(f"/teach/groups/{group}/access-needs").text
        assert NEEDS in answer
        assert "A quiet place." in answer
        rows = readings(database)
        assert {row.person_id for row in rows} == {ben.user_id, sam.user_id}
        assert [row.details["place"] for row in rows] == ["group", "group"]
        assert {row.actor_id for row in rows} == {ina.user_id}

    def test_no_button_where_nobody_has_any(self, as_person, database, group, ben, ina):
        with database.write() as db:
            db.get_one(User, ben.user_id).access_needs_sealed = None
        page = as_person(ina).get(f"/teach/groups/{group}")
        assert page.status_code == 200
        assert "Show access needs" not in page.text

    def test_to_other_instructors_there_is_no_such_group(self, as_person, database, group, sam):
        with database.write() as db:
            other = a_user(db, "Otto Other", roles=("instructor",))
        for person, status in ((other, 404), (sam, 403)):
            browser = as_person(person)
            before = fingerprint(database)
            refused = browser.post(f"/teach/groups/{group}/access-needs")
            assert refused.status_code == status
            assert NEEDS not in refused.text
            assert fingerprint(database) == before


def test_the_database_takes_no_plain_text(database, ben):
    """An earlier version that still runs beside this one cannot write access needs as plain text."""
    plain = text("UPDATE users SET access_needs = 'plain' WHERE email = 'ben@example.org'")
    with pytest.raises(IntegrityError, match="access_needs_are_sealed"), database.write() as db:
        db.execute(plain)
    with database.write() as db:  # what such a version writes where there are none
        db.execute(text("UPDATE users SET access_needs = NULL, name = 'B'"))


def test_reading_a_whole_group_takes_as_many_statements_for_ten_as_for_two(
    as_person, database, group, ben, ina
):
    browser = as_person(ina)
    path = f"/teach/groups/{group}/access-needs"
    few = int(browser.post(path).headers["server-timing"].rpartition("desc=")[2])
    with database.write() as db:
        for number in range(10):
            person = a_user(db, f"Student {number}", access_needs="Quiet")
            db.add(
                GroupMember(group_id=group, user_id=person.user_id, role="student", joined_at=NOW)
            )
    many = browser.post(path)
    assert many.text.count("Quiet") == 10
    assert int(many.headers["server-timing"].rpartition("desc=")[2]) <= few + 1
