"""Issuing once and only by the rule, revoking, and what the audit finds."""

import ast
from base64 import b64encode
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, select, update

from app import jobs
from app.assessments.domain import Mark
from app.audit.queries import acts_about
from app.certificates import blocks, checks, domain, queries, serials, service
from app.certificates.domain import Status
from app.certificates.errors import AlreadyRevoked, NotIssued
from app.certificates.models import Certificate, CertificateBlock
from app.certificates.records import is_untouched
from app.certificates.revocations import revocations
from app.enrolments.models import Enrolment, EnrolmentState
from app.kit.actor import SystemActor
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import CertificateId, UserId, new_uuid
from app.kit.keys import SIGNING, SigningKeys, new_line
from app.learning.models import Completion
from app.outbox.models import OutboxEvent
from app.practicals.models import Attendance, Seat
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner, check_letters
from tests.make.keys import ISSUER
from tests.make.mails import said_in
from tests.make.people import a_user


def issue(db, earned):
    return service.issue_if_complete(
        db, SystemActor.worker, earned.student.user_id, earned.course_key, ISSUER, now=NOW
    )


def mails(db, template):
    return [
        event.payload
        for event in db.scalars(select(OutboxEvent).where(OutboxEvent.name == "mail"))
        if event.payload["template"] == template
    ]


@pytest.fixture
def earned(database):
    with database.write() as db:
        return an_earner(db)


@pytest.fixture
def admin(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


class TestIssuing:
    def test_the_outbox_issues_it_after_the_signature(self, database, earned, app):
        mailer = app.state.mailer
        for _ in range(3):
            jobs.deliver_due(database, mailer, ISSUER, now=NOW)
        with database.read() as db:
            row = db.scalars(select(Certificate)).one()
            assert (row.user_id, row.holder_name) == (earned.student.user_id, "Sam Student")
            assert row.snapshot["evidence"]["assessments"] == [str(earned.assessment_id)]
            assert row.snapshot["holder"]["name"] == "Sam Student"
            assert is_untouched(row, ISSUER.keys, was_revoked=False)
            (mail,) = mails(db, "certificates/issued")
            assert mail["to"] == earned.student.email
            assert checks.problems(db, ISSUER.keys, now=NOW) == []

    def test_asked_twice_it_is_issued_once(self, database, earned):
        with database.write() as db:
            first = issue(db, earned)
        with database.write() as db:
            assert issue(db, earned) == first
        with database.read() as db:
            assert len(mails(db, "certificates/issued")) == 1

    def test_handlers_in_parallel_issue_it_once(self, database, earned):
        blocks.look_ahead(database, [(earned.student.user_id, earned.course_key)])
        barrier, issued_ids, wrong = Barrier(6), [], []

        def handle():
            barrier.wait()
            try:
                with database.write() as db:
                    issued_ids.append(issue(db, earned))
            except Exception as error:
                wrong.append(error)

        threads = [Thread(target=handle) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(set(issued_ids)) == 1
        assert None not in issued_ids
        with database.read() as db:
            assert len(db.scalars(select(Certificate)).all()) == 1
            assert len(mails(db, "certificates/issued")) == 1

    @pytest.mark.parametrize("missing", ["theory", "attendance", "place"])
    def test_no_evidence_no_certificate(self, database, earned, admin, missing):
        """R-113: neither a job nor an admin's form issues without every fact."""
        with database.write() as db:
            if missing == "theory":
                db.execute(delete(Completion).where(Completion.item_key == "final-test"))
            if missing == "attendance":
                db.execute(update(Seat).values(attendance=Attendance.absent))
            if missing == "place":
                db.execute(update(Enrolment).values(state=EnrolmentState.cancelled))
        with database.write() as db:
            assert issue(db, earned) is None
            db.add(
                CertificateBlock(
                    user_id=earned.student.user_id,
                    course_key=earned.course_key,
                    reason="forged",
                    blocked_at=NOW,
                )
            )
        with pytest.raises(NotIssued), database.write() as db:
            service.issue_blocked(
                db, admin, earned.student.user_id, earned.course_key, ISSUER, now=NOW
            )
        with database.read() as db:
            assert db.scalars(select(Certificate)).all() == []

    def test_a_failed_assessment_is_no_evidence(self, database):
        with database.write() as db:
            failed = an_earner(db, identity=Mark.not_done)
            assert issue(db, failed) is None

    def test_an_unknown_course_issues_nothing(self, database, earned):
        with database.write() as db:
            issued_id = service.issue_if_complete(
                db, SystemActor.worker, earned.student.user_id, "no-such-course", ISSUER, now=NOW
            )
            assert issued_id is None


class TestNames:
    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("Ana ꦗꦮ", "cannot print “ꦗꦮ” in the name of the holder"),
            ("Ana 😀", "cannot print “😀” in the name of the holder"),
            (None, "no name"),
            ("   ", "no name"),
        ],
    )
    def test_a_name_that_cannot_be_printed_waits_for_an_admin(self, database, admin, name, reason):
        with database.write() as db:
            earned = an_earner(db, "Anh Nguyen", certificate_name=name)
        with database.write() as db:
            assert issue(db, earned) is None
            assert issue(db, earned) is None
        with database.read() as db:
            (waiting,) = blocks.blocked(db)
            assert reason in str(waiting.reason)
            acts = [
                act
                for act in acts_about(db, earned.student.user_id)
                if act.action == "certificates.certificate_blocked"
            ]
            assert [act.reason for act in acts] == [waiting.reason]
            (way,) = queries.own_page(db, earned.student.user_id, ISSUER.keys).ways
            assert way.missing == ()
            assert reason in str(way.blocked)
            assert way.is_own_name
            (mail,) = mails(db, "certificates/name-needed")
            assert mail["to"] == earned.student.email
            assert reason in said_in(mail)["problem"]
        with pytest.raises(NotIssued) as refused, database.write() as db:
            service.issue_blocked(
                db, admin, earned.student.user_id, earned.course_key, ISSUER, now=NOW
            )
        assert str(refused.value.detail) == str(waiting.reason)

    def test_once_it_can_be_printed_the_admin_issues_it(self, database, admin):
        with database.write() as db:
            earned = an_earner(db, certificate_name="ꦗꦮ")
            assert issue(db, earned) is None
        with database.write() as db:
            db.connection().exec_driver_sql("UPDATE users SET certificate_name = 'Li Xiaolong'")
            db.expire_all()
            check_letters(db, earned.student.user_id, earned.course_key)
            service.issue_blocked(
                db, admin, earned.student.user_id, earned.course_key, ISSUER, now=NOW
            )
        with database.read() as db:
            assert db.scalars(select(Certificate)).one().holder_name == "Li Xiaolong"
            assert blocks.blocked(db) == ()

    def test_an_assessor_who_cannot_be_printed_blocks_too(self, database):
        with database.write() as db:
            instructor = a_user(db, "Ana ꦗꦮ", roles=("instructor",))
            earned = an_earner(db, instructor=instructor)
            assert issue(db, earned) is None
        with database.read() as db:
            (waiting,) = blocks.blocked(db)
            assert str(waiting.reason) == (
                "Our certificates cannot print “ꦗꦮ” in the name of the assessor, Ana ꦗꦮ."
            )
            assert waiting.about.user_id == instructor.user_id
            (way,) = queries.own_page(db, earned.student.user_id, ISSUER.keys).ways
            assert not way.is_own_name
            (mail,) = mails(db, "certificates/name-needed")
            assert mail["to"] == instructor.email

    def test_only_what_is_blocked_can_be_tried_again(self, database, admin, earned):
        with pytest.raises(NotFound), database.write() as db:
            service.issue_blocked(db, admin, UserId(new_uuid()), earned.course_key, ISSUER, now=NOW)


class TestRevoking:
    def test_it_says_so_at_once_and_its_holder_is_told(self, database, earned, admin):
        with database.write() as db:
            certificate_id = a_certificate(db, earned)
            service.revoke_certificate(
                db, admin, certificate_id, "Issued in error", ISSUER, now=NOW
            )
        with database.read() as db:
            row = db.get(Certificate, certificate_id)
            certificate = queries.verification(db, row.serial, ISSUER.keys)
            assert (certificate.status, certificate.revoked_at) == (Status.revoked, NOW)
            (mail,) = mails(db, "certificates/revoked")
            assert mail["values"]["reason"] == "Issued in error"

    def test_once_only_and_by_admins(self, database, earned, admin):
        with database.write() as db:
            certificate_id = a_certificate(db, earned)
        with pytest.raises(Forbidden), database.write() as db:
            service.revoke_certificate(db, earned.student, certificate_id, "Mine", ISSUER, now=NOW)
        with database.write() as db:
            service.revoke_certificate(
                db, admin, certificate_id, "Issued in error", ISSUER, now=NOW
            )
        with pytest.raises(AlreadyRevoked), database.write() as db:
            service.revoke_certificate(db, admin, certificate_id, "Again", ISSUER, now=NOW)
        with pytest.raises(NotFound), database.write() as db:
            service.revoke_certificate(
                db, admin, CertificateId(new_uuid()), "None", ISSUER, now=NOW
            )

    def test_nothing_comes_back_by_itself_but_an_admin_issues_anew(self, database, earned, admin):
        with database.write() as db:
            first = a_certificate(db, earned)
        with pytest.raises(NotIssued, match="revoked first"), database.write() as db:
            service.reissue_certificate(db, admin, first, ISSUER, now=NOW)
        with database.write() as db:
            service.revoke_certificate(db, admin, first, "Wrong name", ISSUER, now=NOW)
            assert issue(db, earned) is None
        with database.write() as db:
            second = service.reissue_certificate(db, admin, first, ISSUER, now=NOW).certificate_id
        with database.read() as db:
            numbers = {row.id: row.serial for row in db.scalars(select(Certificate))}
            assert len(set(numbers.values())) == 2
            assert queries.live_certificate(db, earned.student.user_id, earned.course_key) == second
            assert checks.problems(db, ISSUER.keys, now=NOW) == []
        with pytest.raises(NotFound), database.write() as db:
            service.reissue_certificate(db, admin, CertificateId(new_uuid()), ISSUER, now=NOW)

    def test_issuing_anew_asks_the_rule_again(self, database, earned, admin):
        """R-113."""
        with database.write() as db:
            first = a_certificate(db, earned)
            service.revoke_certificate(db, admin, first, "Was not there", ISSUER, now=NOW)
            db.execute(update(Seat).values(attendance=Attendance.absent))
        with pytest.raises(NotIssued, match="Attend"), database.write() as db:
            service.reissue_certificate(db, admin, first, ISSUER, now=NOW)


def test_certificates_are_made_in_one_place():
    """R-113: only after the rule was checked. No import, page or API route creates a certificate by
    itself."""

    def callers(name: str) -> list[tuple[str, str]]:
        return [
            (path.name, function.name)
            for path in Path("app").rglob("*.py")
            for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(function, ast.FunctionDef)
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == name
        ]

    assert callers("_signed_row") == [("service.py", "_issue")]
    makers = [each for each in callers("Certificate") if each[0] != "pdf_signature.py"]
    assert makers == [("service.py", "_signed_row")]
    text = "".join(path.read_text(encoding="utf-8") for path in Path("app").rglob("*.py"))
    assert "insert(Certificate)" not in text
    assert "INSERT INTO certificates" not in text


def alter_snapshot(db, row):
    row.snapshot = {**row.snapshot, "title": "Master of everything"}


def alter_hash(db, row):
    row.snapshot_hash = "0" * 64


def alter_name(db, row):
    row.holder_name = "Somebody Else"


def alter_both(db, row):
    row.snapshot = {**row.snapshot, "holder": {"id": str(row.user_id), "name": "Else"}}
    row.snapshot_hash = domain.hash_of(row.snapshot)


def alter_all_that_says_so(db, row):
    """V6: change name, snapshot and hash so that they agree, as a forger who has read the code can."""
    row.holder_name = "Another Name"
    row.snapshot = {**row.snapshot, "holder": {"id": str(row.user_id), "name": "Another Name"}}
    row.snapshot_hash = domain.hash_of(row.snapshot)


def alter_dates_that_agree(db, row):
    row.issued_at = NOW.replace(year=2020)
    row.snapshot = {
        **row.snapshot,
        "issued_at": row.issued_at.isoformat(),
        "issued_on": "2020-12-01",
    }
    row.snapshot_hash = domain.hash_of(row.snapshot)


def alter_serial(db, row):
    row.serial = serials.new_serial()


def alter_date(db, row):
    row.issued_at = NOW.replace(year=2020)


def revive(db, row):
    row.revoked_by = UserId(new_uuid())


def empty(db, row):
    row.snapshot = {}
    row.snapshot_hash = domain.hash_of({})


@pytest.mark.parametrize(
    "alter",
    [
        alter_snapshot,
        alter_hash,
        alter_name,
        alter_both,
        alter_all_that_says_so,
        alter_dates_that_agree,
        alter_serial,
        alter_date,
        revive,
        empty,
    ],
)
def test_an_altered_row_is_not_valid_and_the_audit_finds_it(database, earned, alter):
    """R-111, R-116."""
    with database.write() as db:
        certificate_id = a_certificate(db, earned)
    with database.write() as db:
        alter(db, db.get(Certificate, certificate_id))
    with database.read() as db:
        row = db.get(Certificate, certificate_id)
        certificate = queries.verification(db, row.serial, ISSUER.keys)
        assert (certificate.status, certificate.name, certificate.title) == (
            Status.not_valid,
            "",
            "",
        )
        assert certificate.practicals == ()
        assert checks.problems(db, ISSUER.keys, now=NOW) == [
            f"Certificate {certificate_id}: it is not what was issued."
        ]


def test_the_audit_says_that_a_key_is_missing_and_not_that_a_certificate_was_forged(
    database, earned
):
    """R-117: if the line of an older key is missing, the audit says to put it back."""
    with database.write() as db:
        certificate_id = a_certificate(db, earned)
    newer = SigningKeys.read(new_line(SIGNING, on=NOW.date()).written())
    with database.read() as db:
        assert checks.problems(db, newer, now=NOW) == [
            f"Certificate {certificate_id}: the file of signing keys has no key "
            f"'{ISSUER.keys.newest_id}'. If a line of it is lost, put it back."
        ]
    with database.write() as db:
        db.execute(update(Certificate).values(signing_key_id="\x1b[2J" * 9))
    with database.read() as db:
        (told,) = checks.problems(db, ISSUER.keys, now=NOW)
    assert "\x1b" not in told


def test_the_audit_finds_certificates_without_evidence(database, earned):
    with database.write() as db:
        certificate_id = a_certificate(db, earned)
    with database.write() as db:
        db.execute(update(Seat).values(attendance=Attendance.absent))
        db.execute(delete(Completion).where(Completion.item_key == "final-test"))
    with database.read() as db:
        findings = checks.problems(db, ISSUER.keys, now=NOW)
        assert len(findings) == 2
        assert all(
            f"Certificate {certificate_id}: its evidence is not there" in finding
            for finding in findings
        )


def test_the_audit_finds_two_valid_ones(database, earned):
    with database.write() as db:
        a_certificate(db, earned)
        db.connection().exec_driver_sql("DROP INDEX uq_certificates_live")
        service._issue(
            db, earned.student.user_id, earned.course_key, ISSUER, issued_by=None, now=NOW
        )
    with database.read() as db:
        findings = checks.problems(db, ISSUER.keys, now=NOW)
    with database.write() as db:
        db.execute(delete(Certificate))
        db.connection().exec_driver_sql(
            "CREATE UNIQUE INDEX uq_certificates_live ON certificates (user_id, course_key) "
            "WHERE revoked_at IS NULL"
        )
    assert findings == [
        f"Person {earned.student.user_id}: 2 valid certificates of {earned.course_key}."
    ]


class CountingKeys:
    """The keys of the installation, with a count of the signatures that were checked."""

    def __init__(self) -> None:
        self.checked: list[int] = []

    def verify(self, data: bytes, key_id: str, value: bytes) -> bool:
        self.checked.append(len(data))
        return ISSUER.keys.verify(data, key_id, value)

    def public(self) -> dict[str, bytes]:
        return ISSUER.keys.public()


def test_a_hit_and_a_miss_check_one_signature_each(database, earned):
    """R-114: the time of an answer does not tell whether a number exists. Both check one signature over about
    as many bytes, and ask one statement."""
    with database.write() as db:
        serial = db.get(Certificate, a_certificate(db, earned)).serial
    sizes = {}
    for number in (serial, serials.new_serial(), None):
        keys = CountingKeys()
        with database.read() as db:
            certificate = queries.verification(db, number, keys)
        assert (certificate is not None) == (number == serial)
        (sizes[number],) = keys.checked
    hit, *misses = sizes.values()
    assert all(hit / 2 < miss < hit * 2 for miss in misses)


def test_a_revocation_that_was_taken_back_by_hand_is_not_valid(database, earned, admin):
    """R-116: the row no longer shows the revocation, but the audit trail does."""
    with database.write() as db:
        certificate_id = a_certificate(db, earned)
        service.revoke_certificate(db, admin, certificate_id, "In error", ISSUER, now=NOW)
    with database.write() as db:
        row = db.get(Certificate, certificate_id)
        row.revoked_at = row.revoked_by = row.revocation_reason = None
        row.revocation_format = row.revocation_key_id = row.revocation_signature = None
    with database.read() as db:
        serial = db.get(Certificate, certificate_id).serial
        own = queries.own_page(db, earned.student.user_id, ISSUER.keys).certificates
        listed = queries.issued(db, ISSUER.keys, search="", number=1).rows
        opened = queries.document(db, admin, certificate_id, ISSUER.keys)
        certificate = queries.verification(db, serial, ISSUER.keys)
        assert {view.status for view in (*own, *listed, opened, certificate)} == {Status.not_valid}
        assert checks.problems(db, ISSUER.keys, now=NOW) == [
            f"Certificate {certificate_id}: the audit trail says that it was revoked, its row does not."
        ]


@pytest.mark.parametrize(
    "changes",
    [
        {"revoked_at": NOW.replace(year=2025)},
        {"revocation_reason": "A better one"},
        {"revoked_by": UserId(new_uuid())},
        {"revocation_signature": None},
        {"revocation_key_id": "20261101-01641cf7"},
        {"revoked_at": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_revocation_that_was_changed_is_not_valid(database, earned, admin, changes):
    """R-116."""
    with database.write() as db:
        certificate_id = a_certificate(db, earned)
        service.revoke_certificate(db, admin, certificate_id, "In error", ISSUER, now=NOW)
    with database.write() as db:
        db.execute(update(Certificate).values(changes))
    with database.read() as db:
        certificate = queries.document(db, admin, certificate_id, ISSUER.keys)
        assert (certificate.status, certificate.revocation_reason) == (Status.not_valid, None)
        assert len(checks.problems(db, ISSUER.keys, now=NOW)) == 1


def test_a_revocation_that_nobody_signed_is_not_valid_and_is_not_published(database, earned):
    """R-116: a person who can write to the database cannot add a revocation to the academy's
    published list."""
    with database.write() as db:
        a_certificate(db, earned)
        db.execute(
            update(Certificate).values(
                revoked_at=NOW, revoked_by=UserId(new_uuid()), revocation_reason="Because"
            )
        )
    with database.read() as db:
        serial = db.scalars(select(Certificate)).one().serial
        assert queries.verification(db, serial, ISSUER.keys).status is Status.not_valid
        assert revocations(db, ISSUER.keys) == {}


def test_the_private_key_is_neither_in_the_database_nor_in_the_log(
    sqlite_database, earned_on_sqlite, caplog, capsys
):
    """R-117."""
    with sqlite_database.write() as db:
        a_certificate(db, earned_on_sqlite)
        admin = a_user(db, "Ada Admin", roles=("admin",))
        row = db.scalars(select(Certificate)).one()
        service.revoke_certificate(db, admin, row.id, "In error", ISSUER, now=NOW)
    sqlite_database.close()
    folder = Path(sqlite_database.url.database).parent
    stored = b"".join(path.read_bytes() for path in folder.glob("preceptor.db*"))
    printed = capsys.readouterr()
    logged = (caplog.text + printed.out + printed.err).encode()
    private = ISSUER.keys.newest_private.private_bytes_raw()
    for written in (private, private.hex().encode(), b64encode(private)):
        assert written not in stored
        assert written not in logged
    assert ISSUER.keys.newest_id.encode() in stored


@pytest.fixture
def earned_on_sqlite(sqlite_database):
    with sqlite_database.write() as db:
        return an_earner(db)
