"""Certificates that wait for a name, and two admins who issue the same one (B6, B28)."""

from contextlib import contextmanager
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, event, select, text, update

from app import jobs
from app.accounts.models import User
from app.certificates import blocks, queries, service
from app.certificates.domain import OLD_REASON
from app.certificates.errors import NotIssued
from app.certificates.models import Certificate, CertificateBlock
from app.db.database import Database
from app.documents import glyph_check
from app.kit.actor import SystemActor
from app.kit.errors import NotFound
from app.kit.ids import UserId, new_uuid
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner
from tests.make.keys import ISSUER
from tests.make.mail import mails_to
from tests.make.pages import words
from tests.make.patience import SECONDS
from tests.make.people import a_user
from tests.make.versions import version_on

UNPRINTED = "ꦗꦮ"
ON_POSTGRES = pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def admin(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


def a_blocked(db, **columns):
    earned = an_earner(db, certificate_name=UNPRINTED, **columns)
    assert (
        service.issue_if_complete(
            db, SystemActor.worker, earned.student.user_id, earned.course_key, ISSUER, now=NOW
        )
        is None
    )
    return earned


def certificates_in(database):
    with database.read() as db:
        return db.scalars(select(Certificate)).all()


class TestWhoseName:
    def test_a_corrected_name_issues_what_waited_for_it(self, app, database, as_person):
        """When the holder saves a printable name, the certificate is issued without any further
        action."""
        with database.write() as db:
            earned = a_blocked(db)
        browser = as_person(earned.student)
        assert "“ꦗꦮ” in the name of the holder" in words(browser.get("/certificates"))
        sent = {"name": "Sam", "certificate_name": "Jawa", "version": version_on(browser, "/me")}
        assert browser.post("/me", data=sent).status_code == 303
        subjects = [mail.subject for mail in mails_to(app, earned.student.email)]
        assert any(subject.startswith("Your certificate") for subject in subjects)
        assert [certificate.holder_name for certificate in certificates_in(database)] == ["Jawa"]
        with database.read() as db:
            assert blocks.blocked(db) == ()

    def test_the_assessor_is_told_and_corrects_it(self, app, database, as_person, admin):
        with database.write() as db:
            assessor = a_user(db, UNPRINTED, roles=("instructor",))
            earned = an_earner(db, instructor=assessor)
            assert (
                service.issue_if_complete(
                    db,
                    SystemActor.worker,
                    earned.student.user_id,
                    earned.course_key,
                    ISSUER,
                    now=NOW,
                )
                is None
            )
        (mail,) = [mail for mail in mails_to(app, assessor.email) if "certificates" in mail.subject]
        assert "in the name of the assessor, ꦗꦮ" in mail.text
        assert "somebody whom you assessed" in mail.text
        assert not [
            mail for mail in mails_to(app, earned.student.email) if "certificates" in mail.subject
        ]
        student = words(as_person(earned.student).get("/certificates"))
        assert "You need not do anything" in student
        assert "Change the name" not in student
        assert (
            f"/admin/people/{assessor.user_id}" in as_person(admin).get("/admin/certificates").text
        )
        browser = as_person(assessor)
        sent = {"name": "Jawa", "theme": "auto", "version": version_on(browser, "/me")}
        assert browser.post("/me", data=sent).status_code == 303
        mails_to(app, assessor.email)
        (issued,) = certificates_in(database)
        assert issued.snapshot["practicals"][0]["assessor"] == "Jawa"

    def test_the_same_reason_is_told_once(self, app, database):
        with database.write() as db:
            earned = a_blocked(db)
            service.issue_if_complete(
                db, SystemActor.worker, earned.student.user_id, earned.course_key, ISSUER, now=NOW
            )
        jobs.try_blocked_again(database, ISSUER, now=NOW)
        mails = [
            mail
            for mail in mails_to(app, earned.student.email)
            if mail.subject == "Your name on certificates"
        ]
        assert len(mails) == 1

    def test_what_an_older_version_blocked_is_tried_again(self, database):
        """Rows of that version have code points but not whose name it is; today the name can be
        printed."""
        with database.write() as db:
            earned = an_earner(db, certificate_name="Eluned Ŵyn")
            db.add(
                CertificateBlock(
                    user_id=earned.student.user_id,
                    course_key=earned.course_key,
                    reason="The certificate's font does not draw these characters of the name: U+0174.",
                    blocked_at=NOW,
                )
            )
        with database.read() as db:
            (waits,) = blocks.blocked(db)
            (way,) = queries.own_page(db, earned.student.user_id, ISSUER.keys).ways
        assert (waits.reason, way.blocked) == (OLD_REASON, OLD_REASON)
        jobs.try_blocked_again(database, ISSUER, now=NOW)
        assert [certificate.holder_name for certificate in certificates_in(database)] == [
            "Eluned Ŵyn"
        ]

    def test_the_printer_is_asked_before_a_block_is_opened(self, app, database, monkeypatch):
        """No write transaction waits for the printer."""
        with database.write() as db:
            earned = an_earner(db)
            unheard = f"Never Asked {new_uuid().hex}"
            db.execute(
                update(User)
                .where(User.id == earned.student.user_id)
                .values(certificate_name=unheard)
            )
        open_blocks, blocks_when_asked = [], []
        write, ask = Database.write, glyph_check._ask

        @contextmanager
        def counted(self):
            with write(self) as db:
                open_blocks.append(db)
                try:
                    yield db
                finally:
                    open_blocks.remove(db)

        def watched(texts, within):
            blocks_when_asked.append(len(open_blocks))
            return ask(texts, within)

        monkeypatch.setattr(Database, "write", counted)
        monkeypatch.setattr(glyph_check, "_ask", watched)
        mails_to(app, earned.student.email)
        assert blocks_when_asked == [0]
        assert len(certificates_in(database)) == 1


class TestTwoAdmins:
    """B28: an action that was already done is not answered with "not found"."""

    def test_the_second_is_led_to_what_the_first_issued(self, database, as_person, admin):
        with database.write() as db:
            earned = a_blocked(db)
            db.execute(
                update(User)
                .where(User.id == earned.student.user_id)
                .values(certificate_name="Jawa")
            )
        fields = {"user_id": str(earned.student.user_id), "course_key": earned.course_key}
        office = as_person(admin)
        first = office.post("/admin/certificates/blocked", data=fields)
        second = office.post("/admin/certificates/blocked", data=fields)
        assert first.headers["location"] == second.headers["location"]
        page = words(office.get(second.headers["location"]))
        assert "There is only this one." in page
        assert len(certificates_in(database)) == 1

    def test_of_two_who_issue_anew_both_see_the_same(self, database, as_person, admin):
        with database.write() as db:
            earned = an_earner(db)
            revoked = a_certificate(db, earned)
            service.revoke_certificate(db, admin, revoked, "Issued in error", ISSUER, now=NOW)
        office = as_person(admin)
        first = office.post(f"/admin/certificates/{revoked}/reissue")
        second = office.post(f"/admin/certificates/{revoked}/reissue")
        assert first.status_code == second.status_code == 303
        assert first.headers["location"] == second.headers["location"]
        assert len(certificates_in(database)) == 2

    def test_what_was_never_blocked_is_not_found(self, database, admin):
        with database.write() as db:
            earned = an_earner(db)
        for user_id in (earned.student.user_id, UserId(new_uuid())):
            with pytest.raises(NotFound), database.write() as db:
                service.issue_blocked(db, admin, user_id, earned.course_key, ISSUER, now=NOW)

    def test_a_valid_one_is_not_issued_anew(self, database, admin):
        with database.write() as db:
            certificate_id = a_certificate(db, an_earner(db))
        with pytest.raises(NotIssued, match="revoked first"), database.write() as db:
            service.reissue_certificate(db, admin, certificate_id, ISSUER, now=NOW)


def press_together(database):
    """Two admins try a blocked certificate at once; each waits before the insert until both have read."""
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
        earned = a_blocked(db)
        db.execute(
            update(User).where(User.id == earned.student.user_id).values(certificate_name="Jawa")
        )
    blocks.look_ahead(database, [(earned.student.user_id, earned.course_key)])
    both_have_read, issued_both, wrong = Barrier(2, timeout=SECONDS), [], []

    def wait_before_insert(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO certificates"):
            both_have_read.wait()

    def press():
        try:
            with database.write() as db:
                issued_both.append(
                    service.issue_blocked(
                        db, admin, earned.student.user_id, earned.course_key, ISSUER, now=NOW
                    )
                )
        except Exception as error:
            wrong.append(error)

    event.listen(database.engine, "before_cursor_execute", wait_before_insert)
    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    event.remove(database.engine, "before_cursor_execute", wait_before_insert)
    assert wrong == []
    return issued_both


@ON_POSTGRES
def test_two_admins_at_the_same_moment_get_the_same_certificate(database):
    """B28. SQLite lets one write after the other: `TestTwoAdmins` is the same there."""
    issued_both = press_together(database)
    assert sorted(issued.is_new for issued in issued_both) == [False, True]
    (certificate,) = certificates_in(database)
    assert {issued.certificate_id for issued in issued_both} == {certificate.id}


@ON_POSTGRES
def test_control_without_the_index_two_are_issued(database):
    """Negative control: if only one were issued here, the test above would prove nothing."""
    with database.write() as db:
        db.execute(text("DROP INDEX uq_certificates_live"))
    try:
        press_together(database)
        assert len(certificates_in(database)) == 2
    finally:
        with database.write() as db:
            db.execute(delete(Certificate))
            db.execute(
                text(
                    "CREATE UNIQUE INDEX uq_certificates_live ON certificates (user_id, course_key) "
                    "WHERE revoked_at IS NULL"
                )
            )
