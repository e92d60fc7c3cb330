"""Admins and people: the list, one person, roles, access, invitations; reads for other features."""

import csv
from datetime import timedelta
from inspect import isclass
from io import StringIO
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from app.accounts import (
    api_tokens,
    group_pages,
    mail_rate_limits,
    people_pages,
    queries,
    service,
    sign_ins,
)
from app.accounts.errors import PersonRefused
from app.accounts.factors import admin_pages
from app.accounts.models import MailedLink, User
from app.audit.models import AuditEvent
from app.db.database import Database
from app.kit.actor import Role, SystemActor
from app.kit.errors import Forbidden, Invalid, NotFound, TooMany
from app.kit.ids import UserId, new_uuid
from app.web.forms import Form
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.lock_waits import until_waiting
from tests.make.mail import link_in, mails_to, token_in
from tests.make.people import A_PASSWORD, a_sign_in, a_user
from tests.make.versions import roles_version, version_on


@pytest.fixture
def admin(as_person, ada):
    return as_person(ada)


def roles_of(database, actor):
    with database.read() as db:
        return db.get(User, actor.user_id).roles


def test_people_are_found_by_name_address_and_role(admin, database, sam, ina):
    with database.write() as db:
        a_user(db, "100% Percy", email="percy_x@example.org")
    page = admin.get("/admin/people").text
    for name in ("Ada Admin", "Sam Student", "Ina Instructor", "100% Percy"):
        assert name in page
    page_of_sam = admin.get("/admin/people?q=SAM").text
    assert "Sam Student" in page_of_sam
    assert "Ina Instructor" not in page_of_sam
    assert "Percy" in admin.get("/admin/people?q=percy_").text
    assert "Percy" in admin.get("/admin/people?q=100%25").text
    assert "Nobody found" in admin.get("/admin/people?q=1_9").text
    teachers = admin.get("/admin/people?role=instructor").text
    assert "Ina Instructor" in teachers
    assert "Sam Student" not in teachers
    assert admin.get("/admin/people?role=king").status_code == 422
    assert admin.get("/admin/people?page=1000000000").status_code == 422


def test_people_are_narrowed_by_state_and_sorted(admin, database, sam, ina):
    with database.write() as db:
        a_user(db, "Ann Anew", confirmed_at=None, created_at=NOW + timedelta(days=1))
        a_user(db, "Zoe Closed", disabled_at=NOW, created_at=NOW - timedelta(days=1))

    def listed(address: str) -> list[str]:
        text = admin.get(f"/admin/people{address}").text
        names = ("Ada Admin", "Ann Anew", "Ina Instructor", "Sam Student", "Zoe Closed")
        positions = {name: text.find(f">{name}</a>") for name in names}
        return sorted((name for name in names if positions[name] > 0), key=positions.__getitem__)

    assert listed("?state=unconfirmed") == ["Ann Anew"]
    assert listed("?state=closed") == ["Zoe Closed"]
    assert listed("?state=open") == ["Ada Admin", "Ina Instructor", "Sam Student"]
    assert listed("?sort=-name") == sorted(listed(""), reverse=True)
    assert listed("?sort=-since")[0] == "Ann Anew"
    assert listed("?sort=since")[0] == "Zoe Closed"
    assert admin.get("/admin/people?state=asleep").status_code == 422
    export = admin.post("/admin/people/export", data={"state": "closed"}).text
    assert len(export.splitlines()) == 2


def test_the_list_costs_the_same_with_ten_times_the_people(admin, database):
    """Contract 6: at most eight statements, equal with more people; pages of fifty."""

    def add(count):
        with database.write() as db:
            for number in range(count):
                a_user(db, f"P {number:04}", email=f"p{number}-{count}@example.org")

    add(12)
    admin.get("/admin/people")
    few = statements_of(admin.get("/admin/people"))
    add(120)
    many = admin.get("/admin/people?q=P")
    assert statements_of(many) == few <= 8
    assert many.text.count("/admin/people/0") <= 50
    assert "Page 1 of 3" in many.text
    assert 'href="?q=P&amp;page=2"' in many.text
    assert 'rel="prev"' in admin.get("/admin/people?q=P&page=3").text


def test_the_export(admin, database, ada):
    """R-110: no cell runs as a formula; R-130: it is on record."""
    with database.write() as db:
        a_user(db, "=HYPERLINK(1)", email="formula@example.org")
    response = admin.post("/admin/people/export", data={"q": "", "role": "student"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(StringIO(response.text.lstrip("\ufeff"))))
    assert rows[1][:3] == ["'=HYPERLINK(1)", "formula@example.org", "Student"]
    assert len(rows) == 2
    with database.read() as db:
        act = db.scalars(select(AuditEvent)).one()
    assert (act.action, act.details, act.actor_id) == (
        "accounts.people_exported",
        {"rows": 1},
        ada.user_id,
    )


def test_the_page_of_a_person(admin, database, sam, ada):
    with database.write() as db:
        a_sign_in(db, sam, token="t")
        service.start_reset(db, ada, sam.user_id, now=NOW)
    page = admin.get(f"/admin/people/{sam.user_id}")
    for words in (
        "Sam Student",
        "sam@example.org",
        "sent Sam Student a link for a new password.",
        "Ada Admin",
        "127.0.0.1",
        "In no group.",
    ):
        assert words in page.text
    # Each feature asks once or twice for its part of the story.
    assert statements_of(admin.get(f"/admin/people/{sam.user_id}")) <= 16
    assert "Close the account" in page.text
    own = admin.get(f"/admin/people/{ada.user_id}")
    assert own.status_code == 200
    assert "Ada Admin" in own.text
    assert "Close the account" not in own.text
    assert admin.get(f"/admin/people/{new_uuid()}").status_code == 404
    assert admin.get("/admin/people/not-an-id").status_code == 404


def test_no_form_or_column_lets_an_admin_set_a_password(admin, sam):
    """R-008."""
    for path in ("", "/roles", "/access"):
        page = admin.get(f"/admin/people/{sam.user_id}{path}")
        assert page.status_code == 200
        assert "Sam Student" in page.text
        assert 'type="password"' not in page.text
        assert "argon2" not in page.text


@pytest.mark.parametrize("pages", [people_pages, group_pages, admin_pages])
def test_no_form_of_an_admin_has_a_field_for_a_password(pages):
    """R-008: a field that the form does not define is refused, whatever the page shows."""
    forms = [each for each in vars(pages).values() if isclass(each) and issubclass(each, Form)]
    assert len(forms) >= 2
    assert [form for form in forms if any("password" in name for name in form.model_fields)] == []


def test_an_admin_starts_a_reset(app, admin, client, database, sam):
    """R-008."""
    for _ in range(2):
        admin.post(f"/admin/people/{sam.user_id}/reset", data={"idempotency_key": "k"})
    (mail,) = mails_to(app, sam.email)
    assert client.get(link_in(mail)).status_code == 200
    with database.write() as db:
        db.get(User, sam.user_id).disabled_at = NOW
    assert admin.post(f"/admin/people/{sam.user_id}/reset", data={}).status_code == 409


def test_an_invitation(app, admin, client, database):
    assert admin.get("/admin/people/invite").status_code == 200
    form = {"name": "Ned New", "email": "ned@example.org", "roles": ["instructor", "student"]}
    first = admin.post("/admin/people/invite", data={**form, "idempotency_key": "k"})
    again = admin.post("/admin/people/invite", data={**form, "idempotency_key": "k"})
    assert first.headers["location"] == again.headers["location"]
    (mail,) = mails_to(app, "ned@example.org")
    assert "Ada Admin has made an account for you" in mail.text
    client.post("/invitation", data={"token": token_in(mail), "password": A_PASSWORD})
    signed_in = client.post("/sign-in", data={"email": "ned@example.org", "password": A_PASSWORD})
    assert signed_in.status_code == 303
    assert client.get("/teach/groups").status_code == 200
    taken = admin.post("/admin/people/invite", data=form)
    assert taken.status_code == 422
    assert "has an account already" in taken.text
    assert 'value="Ned New"' in taken.text


def test_an_invitation_is_sent_again(app, admin, database, ada):
    with database.write() as db:
        person = service.invite_person(
            db, ada, name="Ned", email="ned@example.org", roles={Role.student}, now=NOW
        )
    assert admin.post(f"/admin/people/{person}/reset", data={}).status_code == 303
    assert len(mails_to(app, "ned@example.org")) == 2


@pytest.mark.parametrize(
    "wrong", [{"roles": []}, {"roles": ["king"]}, {"email": "x"}, {"name": ""}], ids=str
)
def test_a_wrong_invitation_is_shown_again(admin, wrong):
    form = {"name": "Ned New", "email": "ned@example.org", "roles": ["student"], **wrong}
    response = admin.post("/admin/people/invite", data=form)
    assert response.status_code == 422
    assert "There is a problem" in response.text


def test_invitations_are_limited(database, ada):
    """R-022: per address."""
    with database.write() as db:
        person = service.invite_person(
            db, ada, name="Ned", email="ned@example.org", roles={Role.student}, now=NOW
        )
        for _ in range(mail_rate_limits.INVITATION.most - 1):
            service.start_reset(db, ada, person, now=NOW)
        with pytest.raises(TooMany):
            service.start_reset(db, ada, person, now=NOW)


def test_changing_roles_ends_sign_ins(admin, as_person, database, sam):
    """R-012, R-018."""
    browser = as_person(sam)
    assert admin.get(f"/admin/people/{sam.user_id}/roles").status_code == 200
    version = version_on(admin, f"/admin/people/{sam.user_id}/roles")
    form = {
        "roles": ["student", "instructor"],
        "reason": "Teaches from January",
        "version": version,
    }
    assert admin.post(f"/admin/people/{sam.user_id}/roles", data=form).status_code == 303
    assert roles_of(database, sam) == {Role.student, Role.instructor}
    assert browser.get("/me").status_code == 303
    again = as_person(sam)
    assert admin.post(f"/admin/people/{sam.user_id}/roles", data=form).status_code == 303
    assert again.get("/me").status_code == 200  # nothing changed, nobody is signed out
    assert "Teaches from January" in admin.get(f"/admin/people/{sam.user_id}").text


@pytest.mark.parametrize("act", ["roles", "close", "open", "reset"])
def test_there_is_nobody_with_a_made_up_id(admin, act):
    """R-034."""
    form = {"roles": {"roles": ["student"], "reason": "why"}, "reset": {}}.get(
        act, {"reason": "why"}
    )
    assert admin.post(f"/admin/people/{new_uuid()}/{act}", data=form).status_code == 404


def test_nobody_changes_their_own_roles(admin, database, ada):
    """R-042."""
    form = {"roles": ["student", "admin", "instructor"], "reason": "I want to"}
    response = admin.post(f"/admin/people/{ada.user_id}/roles", data=form)
    assert response.status_code == 409
    assert "Ask another admin." in response.text
    assert roles_of(database, ada) == {Role.admin}


def test_the_last_admin_stays(database, ada):
    """R-042: also when the acting person is no longer an admin."""
    with database.write() as db:
        bob = a_user(db, "Bob", roles=("admin",))
    with database.write() as db:
        db.execute(update(User).where(User.id == bob.user_id).values(is_admin=False))
    with database.write() as db:
        for change in (
            lambda: service.change_roles(
                db,
                bob,
                ada.user_id,
                roles={Role.student},
                reason="why",
                expected_version="",
                now=NOW,
            ),
            lambda: service.close_account(db, bob, ada.user_id, reason="why", now=NOW),
        ):
            with pytest.raises(PersonRefused) as refused:
                change()
            assert refused.value.reason == "last_admin"


def test_two_admins_who_demote_each_other(database: Database, ada):
    """R-042, R-046: the later one waits for the first and then sees that nobody else is left. Each has
    its own Database, as separate processes have."""
    with database.write() as db:
        bob = a_user(db, "Bob", roles=("admin",))
    ada_has_decided = Barrier(2)
    change = {"roles": {Role.student}, "reason": "race", "now": NOW}
    with database.read() as db:
        versions = {person: roles_version(db, person.user_id) for person in (ada, bob)}

    def demote_bob_slowly():
        own = Database(database.url.render_as_string(hide_password=False), pool_size=1)
        with own.write() as db:
            service.change_roles(db, ada, bob.user_id, expected_version=versions[bob], **change)
            db.flush()
            ada_has_decided.wait()
            until_waiting(database, 1)  # Bob asks meanwhile
        own.close()

    first = Thread(target=demote_bob_slowly)
    first.start()
    ada_has_decided.wait()
    with database.write() as db, pytest.raises(PersonRefused) as refused:
        service.change_roles(db, bob, ada.user_id, expected_version=versions[ada], **change)
    first.join()
    assert refused.value.reason == "last_admin"
    assert roles_of(database, ada) == {Role.admin}
    assert roles_of(database, bob) == {Role.student}


def test_closing_and_opening_an_account(admin, as_person, client, database, sam, ada):
    """R-017, R-018: with a reason; signed out at once, tokens and links dead."""
    browser = as_person(sam)
    with database.write() as db:
        token = api_tokens.make_for_address(db, SystemActor.command_line, email=sam.email, now=NOW)
        service.start_reset(db, ada, sam.user_id, now=NOW)
    path = f"/admin/people/{sam.user_id}"
    assert "Close the account of Sam Student" in admin.get(f"{path}/access").text
    nameless = admin.post(f"{path}/close", data={"reason": ""})
    assert nameless.status_code == 422
    assert "Enter the reason." in nameless.text
    assert browser.get("/me").status_code == 200
    for _ in range(2):
        assert admin.post(f"{path}/close", data={"reason": "Left the course"}).status_code == 303
    assert browser.get("/me").status_code == 303
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 401
    with database.read() as db:
        assert db.scalars(select(MailedLink.used_at)).one() == NOW
    login = {"email": sam.email, "password": A_PASSWORD}
    assert client.post("/sign-in", data=login).status_code == 422
    assert "Open the account of Sam Student" in admin.get(f"{path}/access").text
    assert admin.post(f"{path}/open", data={"reason": "x"}).status_code == 422
    for _ in range(2):
        assert admin.post(f"{path}/open", data={"reason": "Came back"}).status_code == 303
    bearer = {"authorization": f"Bearer {token}"}
    assert client.get("/api/v1/me", headers=bearer).status_code == 401  # it ended for good
    assert client.post("/sign-in", data=login).status_code == 303
    assert (
        admin.post(f"/admin/people/{ada.user_id}/close", data={"reason": "bye"}).status_code == 409
    )


def test_an_admin_ends_all_sign_ins(admin, as_person, database, sam):
    """R-017."""
    browser = as_person(sam)
    assert admin.post(f"/admin/people/{sam.user_id}/sign-ins/end", data={}).status_code == 303
    assert browser.get("/me").status_code == 303
    assert admin.post(f"/admin/people/{new_uuid()}/sign-ins/end", data={}).status_code == 404
    assert (
        "signed Sam Student out on every device." in admin.get(f"/admin/people/{sam.user_id}").text
    )


@pytest.mark.parametrize("role", ["student", "instructor"])
def test_only_admins_manage(database, role, sam):
    """R-030, R-042: the use-cases themselves refuse everybody but admins."""
    with database.write() as db:
        actor = a_user(db, "Who", roles=(role,))
        someone, why = sam.user_id, {"reason": "why", "now": NOW}
        for forbidden in (
            lambda: service.invite_person(
                db, actor, name="N", email="n@example.org", roles={Role.admin}, now=NOW
            ),
            lambda: service.make_person_for_reservation(
                db, actor, name="N", email="n@example.org", now=NOW
            ),
            lambda: service.change_roles(
                db, actor, someone, roles={Role.admin}, expected_version="", **why
            ),
            lambda: service.change_roles(
                db, actor, actor.user_id, roles={Role.admin}, expected_version="", **why
            ),
            lambda: service.close_account(db, actor, someone, **why),
            lambda: service.open_account(db, actor, someone, **why),
            lambda: service.start_reset(db, actor, someone, now=NOW),
            lambda: service.note_export(db, actor, rows=1, now=NOW),
            lambda: sign_ins.end_all_of(db, actor, someone, now=NOW),
        ):
            with pytest.raises(Forbidden):
                forbidden()
        with pytest.raises(NotFound):
            queries.person_story(db, actor, someone, now=NOW)


def test_a_person_for_a_reservation(app, database, ada, ina, sam):
    with database.write() as db:

        def reserve(name, email):
            return service.make_person_for_reservation(db, ada, name=name, email=email, now=NOW)

        assert reserve("Anything", sam.email) == sam.user_id
        assert reserve("Ina", ina.email) == ina.user_id
        new = reserve("Ned New", "ned@example.org")
        assert reserve("Ned New", "ned@example.org") == new
    assert roles_of(database, ina) == {Role.student, Role.instructor}
    assert len(mails_to(app, "ned@example.org")) == 1
    assert mails_to(app, sam.email) == ()
    with database.write() as db:
        db.get(User, sam.user_id).disabled_at = NOW
        db.flush()
        with pytest.raises(PersonRefused, match="is closed"):
            service.make_person_for_reservation(db, ada, name="S", email=sam.email, now=NOW)


def test_two_admins_invite_one_address_at_once(database, sam):
    with database.write() as db, pytest.raises(Invalid) as refused:
        service._add_person(db, "Sam", sam.email, {Role.student}, now=NOW)
    assert "email" in refused.value.fields


def test_reads_for_other_features(database, sam, ina, ada, at_most):
    with database.write() as db:
        gone = a_user(db, "Gone", roles=("instructor",), disabled_at=NOW)
    with database.read() as db:
        with at_most(1):
            people_by_id = queries.people(db, [sam.user_id, gone.user_id, UserId(new_uuid())])
        assert set(people_by_id) == {sam.user_id, gone.user_id}
        assert people_by_id[sam.user_id].certificate_name == "Sam Student"
        assert people_by_id[gone.user_id].is_closed
        with at_most(0):
            assert queries.people(db, []) == {}
        assert [person.name for person in queries.instructors(db)] == ["Ina Instructor"]
        assert queries.person_by_email(db, sam.email).user_id == sam.user_id
        assert queries.person_by_email(db, "nobody@example.org") is None
        wanted = (gone.email, ina.email, "nobody@example.org", sam.email)
        with at_most(1):
            named = queries.people_by_email(db, wanted)
        assert [person.user_id for person in named] == [ina.user_id, sam.user_id]


def test_personal_details_are_not_printed(database, sam):
    """R-136: what a log would show of a person or an actor."""
    with database.read() as db:
        person = queries.people(db, [sam.user_id])[sam.user_id]
    for printed in (repr(person), repr(sam)):
        assert str(sam.user_id) in printed
        assert sam.email not in printed
