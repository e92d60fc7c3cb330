"""Enquiries from the form to the office, on both databases."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEvent
from app.db.database import Database
from app.db.migrate import downgrade, upgrade
from app.enquiries import checks, queries, rate_limits, service
from app.enquiries.domain import KEPT
from app.enquiries.models import Enquiry
from app.enquiries.queries import EnquiryFilter
from app.kit.errors import Forbidden, TooMany
from app.kit.ids import new_uuid
from app.retention.sweeping import sweep
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.enquiries import a_question, an_enquiry
from tests.make.learning import a_published_course
from tests.make.mail import mails_to
from tests.make.pages import words
from tests.make.people import a_user

FORM = {
    "name": "Vera Visitor",
    "email": "vera@example.org",
    "phone": "020 7946 0000",
    "topic": "entry",
    "message": "I am a beauty therapist. May I take the course?",
}


@pytest.fixture
def admin(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def office(admin, as_person):
    return as_person(admin)


def count(database) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(Enquiry)) or 0


class TestAsking:
    def test_anybody_asks_and_both_sides_get_a_mail(self, app, client, database):
        with database.write() as db:
            a_published_course(db)
        page = client.get("/enquiry?topic=entry&course=small-course")
        key = re.search(r'name="idempotency_key" value="([^"]+)"', page.text)[1]
        assert re.search(r'<option value="entry"\s+selected', page.text)
        assert re.search(r'<option value="small-course"\s+selected', page.text)
        form = FORM | {"course": "small-course", "idempotency_key": key}
        sent = client.post("/enquiry", data=form)
        assert (sent.status_code, sent.headers["location"]) == (303, "/enquiry/sent")
        assert "We have your question" in words(client.get("/enquiry/sent"))
        (to_sender,) = mails_to(app, "vera@example.org")
        assert to_sender.subject == "We have your question"
        (to_academy,) = mails_to(app, "academy@preceptor.example")
        assert "Whether I can take it" in to_academy.subject
        assert "A small course in skin and needles" in to_academy.text
        for mail in (to_sender, to_academy):
            assert "beauty therapist" not in mail.text + mail.subject
            assert "Vera" not in mail.text + mail.subject

    def test_a_form_sent_twice_asks_once(self, app, client, database):
        form = FORM | {"idempotency_key": "the-same-key"}
        first, second = (client.post("/enquiry", data=form) for _ in range(2))
        assert first.headers["location"] == second.headers["location"]
        assert count(database) == 1
        assert len(mails_to(app, "vera@example.org")) == 1
        other = client.post("/enquiry", data=form | {"message": "Something else altogether."})
        assert other.status_code == 422
        assert count(database) == 1

    def test_bad_input_is_shown_beside_its_field_and_typing_is_kept(self, client, database):
        refused = client.post("/enquiry", data=FORM | {"email": "vera", "topic": ""})
        assert refused.status_code == 422
        page = html.document_fromstring(refused.text)
        assert page.findtext(".//title").startswith("Error: ")
        assert page.xpath("//*[@id='f-email-error']")
        assert page.xpath("//*[@id='f-topic-error']")
        assert "beauty therapist" in page.get_element_by_id("f-message").text
        assert page.get_element_by_id("f-email").get("value") == "vera"
        assert count(database) == 0

    def test_an_unknown_course_is_left_out(self, client, database):
        assert client.post("/enquiry", data=FORM | {"course": "no-course"}).status_code == 303
        with database.read() as db:
            assert db.scalars(select(Enquiry.course_key)).all() == [None]

    def test_nobody_can_use_up_the_questions_of_an_address(self, app, client, database, clock_file):
        """V10: five posts by strangers used to block the owner of the address for a day. Now only
        the mails stop."""
        most = rate_limits.FROM_ADDRESS.most
        for number in range(most + 3):
            sent = client.post("/enquiry", data=FORM | {"message": f"Question number {number}?"})
            assert sent.status_code == 303
        assert count(database) == most + 3
        assert len(mails_to(app, "vera@example.org")) == most
        assert len(mails_to(app, "academy@preceptor.example")) == most + 3
        clock_file.write_text((NOW + timedelta(days=1)).isoformat())
        assert client.post("/enquiry", data=FORM).status_code == 303
        assert len(mails_to(app, "vera@example.org")) == most + 1

    def test_many_networks_together_refuse_nobody(self, app, client, database, monkeypatch):
        """V11: fifteen networks used to block the form for everybody."""
        monkeypatch.setattr(rate_limits, "FROM_ALL", replace(rate_limits.FROM_ALL, most=2))
        for number in range(4):
            sent = client.post("/enquiry", data=FORM | {"email": f"v{number}@example.org"})
            assert sent.status_code == 303
        assert count(database) == 4
        assert len(mails_to(app, "academy@preceptor.example")) == 2
        assert len(mails_to(app, "v3@example.org")) == 1

    def test_a_repeat_does_not_count_at_the_door(self, client):
        for _ in range(rate_limits.FROM_ADDRESS.most + 1):
            sent = client.post("/enquiry", data=FORM | {"idempotency_key": "one"})
            assert sent.status_code == 303

    def test_the_door_closes_for_a_network_that_repeats_itself_first(self, database):
        """R-022: a person who asks a first question from the same address can still send it."""

        def ask(email: str, network: str) -> None:
            with database.write() as db:
                question = a_question(email=email)
                service.ask(db, question, network=network, academy="a@example.org", now=NOW)

        for _ in range(rate_limits.AGAIN_FROM_NETWORK.most + 1):
            ask("v@example.org", "192.0.2.7")
        with pytest.raises(TooMany):
            ask("v@example.org", "192.0.2.7")
        for number in range(rate_limits.FIRST_FROM_NETWORK.most - 1):
            ask(f"v{number}@example.org", "192.0.2.7")
        with pytest.raises(TooMany):
            ask("other@example.org", "192.0.2.7")
        ask("other@example.org", "192.0.2.8")
        questions_sent = (
            rate_limits.AGAIN_FROM_NETWORK.most + rate_limits.FIRST_FROM_NETWORK.most + 1
        )
        assert count(database) == questions_sent

    def test_a_member_finds_name_and_address_filled_in(self, database, as_person):
        with database.write() as db:
            student = a_user(db, "Sam Student", email="sam@example.org")
        page = as_person(student).get("/enquiry").text
        assert 'value="Sam Student"' in page
        assert 'value="sam@example.org"' in page


class TestOffice:
    def test_one_is_read_answered_and_audited_once(self, office, admin, database):
        with database.write() as db:
            a_published_course(db)
            enquiry = an_enquiry(db, phone="020 7946 0000", course_key="small-course")
        assert "1 enquiry waits for an answer" in words(office.get("/home"))
        page = words(office.get(f"/admin/enquiries/{enquiry}"))
        for shown in ("Vera Visitor", "020 7946 0000", "A small course", "When does the next"):
            assert shown in page
        path = f"/admin/enquiries/{enquiry}/answered"
        empty = office.post(path, data={"note": ""})
        assert empty.status_code == 422
        assert "note on what was answered." in words(empty)
        done = office.post(path, data={"note": "Told her: in March."})
        assert done.headers["location"] == "/admin/enquiries"
        answered = office.get(f"/admin/enquiries/{enquiry}")
        assert answered.status_code == 200
        assert "Told her: in March. Ada Admin" in words(answered)
        again = office.post(path, data={"note": "Told her: in April."})
        assert again.status_code == 409
        assert "Told her: in March." in words(again)
        assert "Ada Admin" in words(again)
        assert "enquiry waits" not in words(office.get("/home"))
        with database.read() as db:
            (act,) = db.scalars(
                select(AuditEvent).where(AuditEvent.action == "enquiry.answered")
            ).all()
            assert (act.actor_id, act.subject_id) == (admin.user_id, enquiry)
            assert "March" not in str(act.details)
        assert (
            office.post(
                f"/admin/enquiries/{new_uuid()}/answered", data={"note": "x y z"}
            ).status_code
            == 404
        )
        assert office.get(f"/admin/enquiries/{new_uuid()}").status_code == 404

    def test_the_list_is_searched_filtered_and_paged(self, office, admin, database):
        with database.write() as db:
            for number in range(60):
                an_enquiry(
                    db, name=f"Person {number:02}", received_at=NOW - timedelta(hours=number)
                )
            answer = {"answered_at": NOW, "answered_by": admin.user_id, "note": "Said so."}
            an_enquiry(db, name="Anna 100%", message="Was it answered?", **answer)
        first = office.get("/admin/enquiries")
        assert "60 enquiries" in words(first)
        assert words(first).index("Person 59") < words(first).index("Person 58")
        assert "Anna" not in words(first)
        second = words(office.get("/admin/enquiries?which=open&page=2"))
        assert "Person 00" in second
        assert "Page 2 of 2" in second
        assert "Anna 100%" in words(office.get("/admin/enquiries?which=answered&q=100%25"))
        assert "No enquiry found" in words(office.get("/admin/enquiries?which=all&q=zebra"))
        assert "1 enquiry" in words(office.get("/admin/enquiries?which=all&q=was+it"))
        assert office.get("/admin/enquiries?which=lost").status_code == 422
        assert statements_of(first) <= 3

    def test_empty_lists_say_so(self, office):
        assert "Everything is answered" in words(office.get("/admin/enquiries"))
        assert "No enquiries yet" in words(office.get("/admin/enquiries?which=all"))

    @pytest.mark.parametrize("role", ["student", "instructor"])
    def test_others_may_neither_read_nor_answer(self, database, role):
        with database.write() as db:
            actor, enquiry = a_user(db, "Oona Other", roles=(role,)), an_enquiry(db)
        with database.read() as db, pytest.raises(Forbidden):
            queries.enquiries(db, actor, which=EnquiryFilter.all, text="", number=1)
        with database.read() as db, pytest.raises(Forbidden):
            queries.enquiry(db, actor, enquiry)
        with database.write() as db, pytest.raises(Forbidden):
            service.mark_answered(db, actor, enquiry, note="Mine.", now=NOW)


class TestKeeping:
    def test_answered_ones_are_forgotten_after_a_year_and_open_ones_after_two(
        self, admin, database
    ):
        old = NOW - KEPT
        answer = {"answered_by": admin.user_id, "note": "Said so."}
        with database.write() as db:
            an_enquiry(db, name="Old open", received_at=old - KEPT + timedelta(seconds=1))
            an_enquiry(db, name="Never answered", received_at=old - KEPT)
            an_enquiry(db, name="Over", received_at=old, answered_at=old, **answer)
            an_enquiry(
                db,
                name="Not yet",
                received_at=old,
                answered_at=old + timedelta(seconds=1),
                **answer,
            )
        swept = sweep(database, now=NOW)
        assert (swept.rows["answered_enquiries"], swept.rows["open_enquiries"]) == (1, 1)
        with database.read() as db:
            assert set(db.scalars(select(Enquiry.name))) == {"Old open", "Not yet"}

    def test_the_audit_finds_what_is_wrong(self, admin, database):
        answer = {"answered_by": admin.user_id, "note": "Said so."}
        early = NOW - timedelta(days=1)
        with database.write() as db:
            an_enquiry(db)
            an_enquiry(db, answered_at=NOW, **answer)
        with database.read() as db:
            assert checks.problems(db, now=NOW) == []
        with database.write() as db:
            an_enquiry(db, answered_at=early, **answer)
        with database.read() as db:
            (sentence,) = checks.problems(db, now=NOW)
        assert "before it was received" in sentence

    def test_the_database_refuses_half_an_answer(self, database):
        with pytest.raises(IntegrityError, match="answered_whole"), database.write() as db:
            an_enquiry(db, answered_at=NOW)


def test_the_migration_goes_down_and_up_with_people_in_the_database(sqlite_template, tmp_path):
    path = tmp_path / "migrated.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
        answer = {"answered_at": NOW, "answered_by": admin.user_id, "note": "Said so."}
        an_enquiry(db, **answer)
    downgrade(database, "20261122_0980")
    with database.read() as db:
        tables = db.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()
        assert "enquiries" not in set(tables)
        assert db.execute(text("SELECT count(*) FROM users")).scalar_one() == 1
    upgrade(database)
    with database.write() as db:
        an_enquiry(db)
    database.close()
