"""Groups: admins run them, instructors see theirs, nobody else does."""

import pytest
from sqlalchemy import select

from app.accounts import groups, queries
from app.accounts.models import Group
from app.audit.models import AuditEvent
from app.kit.actor import Role
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.ids import GroupId, new_uuid
from tests.make import NOW
from tests.make.people import a_user
from tests.make.versions import group_version, version_on


@pytest.fixture
def admin(as_person, ada):
    return as_person(ada)


@pytest.fixture
def evening(database, ada, sam, ina):
    """A group with Sam as student and Ina as instructor."""
    with database.write() as db:
        group_id = groups.make_group(db, ada, name="Evening", now=NOW)
        groups.add_member(db, ada, group_id, email=sam.email, role=Role.student, now=NOW)
        groups.add_member(db, ada, group_id, email=ina.email, role=Role.instructor, now=NOW)
    return group_id


def test_making_and_filling_a_group(admin, database, sam, ina):
    assert "No groups yet" in admin.get("/admin/groups").text
    form = {"name": "Evening", "idempotency_key": "k"}
    first = admin.post("/admin/groups", data=form)
    again = admin.post("/admin/groups", data=form)
    here = first.headers["location"]
    assert here == again.headers["location"]
    taken = admin.post("/admin/groups", data={"name": "Evening"})
    assert taken.status_code == 422
    assert "Another group has this name." in taken.text
    assert 'value="Evening"' in taken.text
    assert admin.post("/admin/groups", data={"name": " "}).status_code == 422
    for _ in range(2):
        member = {"email": sam.email, "role": "student"}
        assert admin.post(f"{here}/members", data=member).status_code == 303
    assert (
        admin.post(f"{here}/members", data={"email": ina.email, "role": "instructor"}).status_code
        == 303
    )
    page = admin.get(here).text
    assert "Sam Student" in page
    assert "Ina Instructor" in page
    rows = admin.get("/admin/groups").text
    assert "Evening" in rows
    with database.read() as db:
        (row,) = queries.groups(db)
    assert (row.students, row.instructors) == (1, 1)


@pytest.mark.parametrize(
    ("email", "role", "message"),
    [
        ("nobody@example.org", "student", "No open account has this address."),
        ("sam@example.org", "instructor", "Sam Student is not an instructor."),
        ("ina@example.org", "student", "Ina Instructor is not a student."),
        ("sam@example.org", "admin", "Choose one of the given answers."),
        ("sam", "student", "Enter an e-mail address"),
    ],
)
def test_who_cannot_be_added(admin, evening, email, role, message):
    response = admin.post(f"/admin/groups/{evening}/members", data={"email": email, "role": role})
    assert response.status_code == 422
    assert message in response.text
    assert f'value="{email}"' in response.text


def test_a_member_changes_part(database, ada, evening, sam):
    with database.write() as db:
        both = a_user(db, "Both", roles=("student", "instructor"))
        for role in (Role.student, Role.instructor):
            groups.add_member(db, ada, evening, email=both.email, role=role, now=NOW)
    with database.read() as db:
        teachers = queries.group_members(db, evening, role=Role.instructor)
        assert [person.name for person in teachers] == ["Both", "Ina Instructor"]
        assert [person.name for person in queries.group_members(db, evening)] == [
            "Both",
            "Ina Instructor",
            "Sam Student",
        ]


def test_taking_out_renaming_closing(admin, database, evening, sam):
    here = f"/admin/groups/{evening}"
    assert admin.post(f"{here}/members/{sam.user_id}/remove", data={}).status_code == 303
    again = admin.post(f"{here}/members/{sam.user_id}/remove", data={})
    assert again.status_code == 303  # another admin was first (B28)
    assert "had left the group before" in admin.get(here).text
    assert admin.post(f"{here}/members/{new_uuid()}/remove", data={}).status_code == 404
    assert 'value="Evening"' in admin.get(f"{here}/rename").text
    assert (
        admin.post(
            f"{here}/rename",
            data={"name": "Late evening", "version": version_on(admin, f"{here}/rename")},
        ).status_code
        == 303
    )
    assert "Late evening" in admin.get(here).text
    admin.post("/admin/groups", data={"name": "Morning"})
    taken = admin.post(
        f"{here}/rename", data={"name": "Morning", "version": version_on(admin, f"{here}/rename")}
    )
    assert taken.status_code == 422
    assert admin.post(f"{here}/rename", data={"name": ""}).status_code == 422
    for _ in range(2):
        assert admin.post(f"{here}/close", data={}).status_code == 303
    assert "This group is closed" in admin.get(here).text
    refused = admin.post(f"{here}/members", data={"email": sam.email, "role": "student"})
    assert refused.status_code == 409
    for _ in range(2):
        assert admin.post(f"{here}/open", data={}).status_code == 303
    assert (
        admin.post(f"{here}/members", data={"email": sam.email, "role": "student"}).status_code
        == 303
    )
    assert admin.get(f"/admin/groups/{new_uuid()}").status_code == 404
    assert admin.post(f"/admin/groups/{new_uuid()}/close", data={}).status_code == 404
    with database.read() as db:
        acts = db.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == evening)).all()
    assert acts.count("accounts.group_closed") == 1


def test_an_instructor_sees_own_groups_only(as_person, database, ada, ina, evening):
    """R-033, R-034, R-035: a foreign group looks like none at all."""
    with database.write() as db:
        foreign = groups.make_group(db, ada, name="Canary group", now=NOW)
        other = a_user(db, "Olga Other", roles=("instructor",))
    browser = as_person(ina)
    listed = browser.get("/teach/groups").text
    assert "Evening" in listed
    assert "Canary" not in listed
    assert "Sam Student" in browser.get(f"/teach/groups/{evening}").text
    for path in ("/teach/groups/", "/api/v1/teach/groups/"):
        strange = browser.get(f"{path}{foreign}")
        nothing = browser.get(f"{path}{new_uuid()}")
        assert strange.status_code == nothing.status_code == 404
    assert "No group yet" in as_person(other).get("/teach/groups").text
    assert as_person(other).get(f"/teach/groups/{evening}").status_code == 404
    (row,) = browser.get("/api/v1/teach/groups").json()
    assert (row["name"], row["students"]) == ("Evening", 1)
    page = browser.get(f"/api/v1/teach/groups/{evening}").json()
    assert [person["name"] for person in page["students"]] == ["Sam Student"]
    assert set(page["students"][0]) == {"id", "name", "email"}


def test_an_instructor_who_became_a_student_member_sees_nothing(as_person, database, ada, evening):
    with database.write() as db:
        learner = a_user(db, "Lea", roles=("student", "instructor"))
        groups.add_member(db, ada, evening, email=learner.email, role=Role.student, now=NOW)
    assert as_person(learner).get(f"/teach/groups/{evening}").status_code == 404


@pytest.mark.parametrize("role", ["student", "instructor"])
def test_only_admins_run_groups(database, evening, sam, role):
    """R-030."""
    with database.write() as db:
        actor = a_user(db, "Who", roles=(role,))
        for forbidden in (
            lambda: groups.make_group(db, actor, name="X", now=NOW),
            lambda: groups.rename_group(db, actor, evening, name="X", expected_version="", now=NOW),
            lambda: groups.close_group(db, actor, evening, now=NOW),
            lambda: groups.reopen_group(db, actor, evening, now=NOW),
            lambda: groups.add_member(
                db, actor, evening, email=sam.email, role=Role.student, now=NOW
            ),
            lambda: groups.remove_member(db, actor, evening, sam.user_id, now=NOW),
        ):
            with pytest.raises(Forbidden):
                forbidden()


def test_the_groups_of_a_person(admin, database, evening, sam):
    assert "Evening" in admin.get(f"/admin/people/{sam.user_id}").text
    with database.read() as db:
        assert [row.name for row in queries.groups_of(db, sam.user_id)] == ["Evening"]


def test_a_name_is_unique_in_the_database_too(database, ada, evening):
    with database.write() as db:
        other = groups.make_group(db, ada, name="Other", now=NOW)
        with pytest.raises(Invalid):
            groups.rename_group(
                db, ada, other, name="Evening", expected_version=group_version(db, other), now=NOW
            )
        with pytest.raises(NotFound):
            groups.rename_group(
                db, ada, GroupId(new_uuid()), name="X", expected_version="", now=NOW
            )
    with database.read() as db:
        assert sorted(db.scalars(select(Group.name))) == ["Evening", "Other"]


def test_groups_are_sorted_alike_on_both_databases(database, ada, sam, ina):
    names = ["evening B", "Élan", "Evening A", "Zoe", "Ärzte", "Closed"]
    with database.write() as db:
        for name in names:
            group_id = groups.make_group(db, ada, name=name, now=NOW)
            groups.add_member(db, ada, group_id, email=sam.email, role=Role.student, now=NOW)
            groups.add_member(db, ada, group_id, email=ina.email, role=Role.instructor, now=NOW)
        groups.close_group(db, ada, group_id, now=NOW)
        expected = ["Ärzte", "Élan", "Evening A", "evening B", "Zoe", "Closed"]
        assert [row.name for row in queries.groups(db)] == expected
        assert [row.name for row in queries.groups_of(db, sam.user_id)] == expected
        assert [row.name for row in queries.taught_groups(db, ina)] == expected
