"""People whose accounts were closed: what ends, what stays, and that nobody is named any more."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts import service
from app.accounts.errors import PersonRefused
from app.accounts.factors.models import Passkey, RecoveryCode, TotpFactor
from app.accounts.models import GroupMember, LifeSupportProof, User
from app.assessments.models import Assessment, StepMark
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.audit.models import AuditEvent
from app.audit.service import record
from app.certificates import service as certificates
from app.certificates.checks import what_is_earned_is_issued
from app.certificates.models import Certificate, CertificateBlock
from app.db.auditing import findings
from app.db.database import Database
from app.db.references import references_to
from app.db.sealed import Sealed
from app.kit.actor import Actor, SystemActor
from app.kit.ids import EventId, FactorId, GroupId, new_uuid
from app.kit.leaving import LEAVING, LEFT_ADDRESS, NAME_OF_WHO_LEFT
from app.notices.models import Notice
from app.practicals.models import PracticalRow, Seat
from app.retention.checks import CHECKS
from app.retention.domain import EVIDENCE
from app.retention.mentions import REMOVED, Mentions
from app.retention.sweeping import sweep
from tests.make import NOW
from tests.make.assessments import a_day, a_signed_assessment, an_assessment, marked
from tests.make.certificates import a_certificate, an_earner
from tests.make.keys import ISSUER
from tests.make.notices import DAY, a_notice
from tests.make.people import a_user

SECOND = timedelta(seconds=1)
NAME, ADDRESS = "Zoë O'Quill-Müller", "zoe.quill@example.org"
OVER = NOW + LEAVING


@pytest.fixture
def admin(database) -> Actor:
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


def a_leaver(db: Session, name: str = NAME, email: str = ADDRESS, **columns: Any) -> Actor:
    """Somebody with everything that an account may hold."""
    sealed: dict[str, Any] = {
        "access_needs": "A ramp, please.",
        "profession": "Nurse",
        "registration_number": "12A3456E",
        "phone": "+442079460000",
        "emergency_name": "Jo Nextofkin",
        "emergency_phone": "+442079460001",
        "emergency_relation": "godmother",
        "password_hash": "a hash",
        "second_factor_since": NOW,
    }
    return a_user(db, name, email=email, **sealed | columns)


def with_possessions(db: Session, person: Actor, admin: Actor) -> None:
    user_id = person.user_id
    group_id = GroupId(new_uuid())
    db.execute(
        GroupMember.metadata.tables["groups"]
        .insert()
        .values(id=group_id, name=f"Group {group_id}", created_at=NOW)
    )
    db.add_all(
        [
            TotpFactor(
                id=FactorId(new_uuid()),
                user_id=user_id,
                sealed=Sealed(b"s"),
                created_at=NOW,
                confirmed_at=NOW,
                last_step=1,
            ),
            Passkey(
                id=FactorId(new_uuid()),
                user_id=user_id,
                credential_id=new_uuid().bytes,
                public_key=b"p",
                user_handle=b"h",
                sign_count=0,
                transports="usb",
                name="Zoë’s key",
                is_backed_up=False,
                created_at=NOW,
            ),
            RecoveryCode(
                id=EventId(new_uuid()), user_id=user_id, code_hash=new_uuid().bytes, created_at=NOW
            ),
            LifeSupportProof(
                id=EventId(new_uuid()),
                user_id=user_id,
                passed_on=NOW.date(),
                expires_on=NOW.date() + timedelta(days=365),
                issuer="i",
                seen_at=NOW,
                seen_by=admin.user_id,
            ),
            GroupMember(group_id=group_id, user_id=user_id, role="student", joined_at=NOW),
        ]
    )
    db.execute(
        update(User)
        .where(User.id == user_id)
        .values(life_support_until=NOW.date() + timedelta(days=365), language="de")
    )
    a_notice(db, person, details=DAY | {"name": NAME})
    record(
        db,
        admin.user_id,
        "accounts.details_corrected",
        now=NOW,
        subject_kind="person",
        subject_id=user_id,
        person_id=user_id,
        changes=(FieldChange(ChangedField.person_name, "Maria Nightingale", NAME),),
    )


def close(database: Database, admin: Actor, person: Actor) -> None:
    with database.write() as db:
        service.close_account(db, admin, person.user_id, reason=f"{NAME} moved.", now=NOW)


def row_of(database: Database, person: Actor) -> User:
    with database.read() as db:
        row = db.scalars(select(User).where(User.id == person.user_id)).one()
        db.expunge(row)
        return row


def everything(database: Database) -> str:
    """Return every row of every table as words; mails, which nobody delivers here, have their own rule."""
    with database.read() as db:
        return "\n".join(
            str(tuple(row))
            for table in User.metadata.sorted_tables
            if table.name != "outbox_events"
            for row in db.execute(select(table))
        )


def test_nothing_of_a_person_who_left_is_left(database, admin):
    with database.write() as db:
        person = a_leaver(db)
        with_possessions(db, person, admin)
    close(database, admin, person)
    before = row_of(database, person)
    sweep(database, now=OVER - SECOND)
    assert "Nightingale" in everything(database)
    assert row_of(database, person).access_needs_sealed == before.access_needs_sealed
    assert before.has_access_needs
    assert row_of(database, person).email == ADDRESS
    assert sweep(database, now=OVER).failed == ()
    after = row_of(database, person)
    assert (after.name, after.emptied_at) == (NAME_OF_WHO_LEFT, OVER)
    assert after.email == f"{person.user_id.hex}{LEFT_ADDRESS}"
    assert before.language == "de"
    for column in (
        *("password_hash", "access_needs_sealed", "profession", "registration_number"),
        *("language", "phone", "emergency_name", "emergency_phone", "emergency_relation"),
    ):
        assert getattr(after, column) is None
    assert (after.certificate_name, after.life_support_until) == (None, None)
    assert after.second_factor_since is None
    words = everything(database)
    for said in (
        *("Quill", "Nightingale", "zoe", "Zoë", "A ramp", "12A3456E", "Nurse"),
        *("Nextofkin", "79460"),
    ):
        assert said not in words
    refers = references_to("users")
    with database.read() as db:
        for column in refers:
            theirs = select(column).where(column == person.user_id)
            assert db.scalars(theirs).all() == [], str(column)
        acts = db.scalars(select(AuditEvent).where(AuditEvent.person_id == person.user_id)).all()
        assert {(act.action, act.reason) for act in acts} == {
            ("accounts.details_corrected", None),
            ("accounts.closed", None),
        }
        (corrected,) = (act for act in acts if act.action == "accounts.details_corrected")
        assert (corrected.details["fields"], corrected.personal_values) == (
            [{"field": "name"}],
            None,
        )
        assert findings(db, CHECKS, now=OVER) == []


def test_what_others_typed_names_nobody_who_left(database, admin):
    """In reasons, details and notices of other people, in small letters or large, with its own letters."""
    with database.write() as db:
        person = a_leaver(db)
        other = a_user(db, "Una Other")
        texts = {
            f"Swapped with {NAME}.": f"Swapped with {REMOVED}.",
            f"{NAME.upper()}: see below": f"{REMOVED}: see below",
            f"See {ADDRESS.upper()}": f"See {REMOVED}",
            f"Not {NAME}son": f"Not {NAME}son",
        }
        for text in texts:
            details = {"people": [text, 5], "deep": {"of": text}}
            record(
                db,
                admin.user_id,
                "practicals.taken_away",
                now=NOW,
                subject_kind="practical",
                person_id=other.user_id,
                reason=text,
                details=details,
            )
        a_notice(db, other, details=DAY | {"reason": f"{NAME} is ill."})
        day = a_day(db, student=other)
        db.execute(update(Seat).values(reason=f"Instead of {NAME}"))
        sheet = an_assessment(db, day)
        marked(db, day, sheet)
        db.execute(update(StepMark).values(note=f"Seen by {ADDRESS}"))
        db.execute(update(Assessment).values(comment=f"Paired with {NAME}."))
    close(database, admin, person)
    sweep(database, now=OVER)
    with database.read() as db:
        acts = db.scalars(
            select(AuditEvent)
            .where(AuditEvent.action == "practicals.taken_away")
            .order_by(AuditEvent.id)
        ).all()
        assert [act.reason for act in acts] == list(texts.values())
        assert [act.details for act in acts] == [
            {"people": [text, 5], "deep": {"of": text}} for text in texts.values()
        ]
        (notice,) = db.scalars(select(Notice).where(Notice.person_id == other.user_id))
        assert notice.details == DAY | {"reason": f"{REMOVED} is ill."}
        assert db.scalars(select(Seat.reason)).one() == f"Instead of {REMOVED}"
        assert set(db.scalars(select(StepMark.note))) == {f"Seen by {REMOVED}"}
        assert db.scalars(select(Assessment.comment)).one() == f"Paired with {REMOVED}."


def test_a_name_that_somebody_else_bears_is_left_alone(database, admin):
    with database.write() as db:
        person = a_leaver(db)
        double = a_user(db, NAME.upper())
        a_notice(db, double, details=DAY | {"name": double.name, "room": ADDRESS})
    close(database, admin, person)
    sweep(database, now=OVER)
    with database.read() as db:
        (notice,) = db.scalars(select(Notice))
    assert notice.details == DAY | {"name": double.name, "room": REMOVED}


def test_the_holder_of_a_certificate_keeps_the_name_and_nothing_else(database, admin):
    with database.write() as db:
        earned = an_earner(db, NAME, access_needs="A ramp, please.")
        a_certificate(db, earned)
        db.execute(update(Assessment).values(comment=f"{NAME} has a steady hand."))
        snapshot = db.scalars(select(Certificate.snapshot)).one()
    close(database, admin, earned.student)
    late = NOW + EVIDENCE + LEAVING + timedelta(days=3650)
    for now in (OVER, late):
        sweep(database, now=now)
        after = row_of(database, earned.student)
        assert (after.name, after.certificate_name, after.has_access_needs) == (NAME, NAME, False)
        assert after.email.endswith(LEFT_ADDRESS)
        with database.read() as db:
            assert db.scalars(select(Certificate.snapshot)).one() == snapshot
            assert db.scalars(select(Assessment.comment)).one() == f"{NAME} has a steady hand."
            act = select(AuditEvent.reason).where(AuditEvent.action == "accounts.closed")
            assert db.scalars(act).one() is None
            assert findings(db, CHECKS, now=now) == []


def test_a_certificate_that_waited_for_a_name_ends_with_the_account(database, admin):
    """It can then never be issued, and the audit stops reporting it."""
    with database.write() as db:
        earned = an_earner(db, NAME, certificate_name="ꦗꦮ")
        certificates.issue_if_complete(
            db, SystemActor.worker, earned.student.user_id, earned.course_key, ISSUER, now=NOW
        )
        assert db.scalars(select(CertificateBlock.user_id)).all() == [earned.student.user_id]
        service.close_account(
            db, admin, earned.student.user_id, reason="Left", ends_places=False, now=NOW
        )
    sweep(database, now=OVER)
    with database.read() as db:
        assert db.scalars(select(CertificateBlock.user_id)).all() == []
        assert what_is_earned_is_issued(db, now=OVER) == []


def test_a_signed_report_names_its_people_for_six_years(database, admin):
    """Both the student and the instructor. Without a certificate only the report names them, and
    only for six years."""
    with database.write() as db:
        student, instructor = (
            a_leaver(db),
            a_user(db, "Iris Instructor", roles=("instructor",), email="iris@example.org"),
        )
        day = a_day(db, student=student, instructor=instructor)
        a_signed_assessment(db, day)
        db.execute(update(Assessment).values(comment=f"{NAME} has a steady hand."))
    close(database, admin, student)
    close(database, admin, instructor)
    sweep(database, now=OVER)
    sweep(database, now=NOW + EVIDENCE - SECOND)
    assert row_of(database, student).name == NAME
    assert row_of(database, instructor).name == "Iris Instructor"
    with database.read() as db:
        assert db.scalars(select(Assessment.comment)).one() == f"{NAME} has a steady hand."
    sweep(database, now=NOW + EVIDENCE)
    assert row_of(database, student).name == NAME_OF_WHO_LEFT
    assert row_of(database, instructor).name == NAME_OF_WHO_LEFT
    assert "Quill" not in everything(database)
    with database.read() as db:
        assert findings(db, CHECKS, now=NOW + EVIDENCE) == []


def test_an_instructor_who_left_is_named_while_a_certificate_rests_on_them(database, admin):
    with database.write() as db:
        instructor = a_user(db, "Iris Instructor", roles=("instructor",))
        a_certificate(db, an_earner(db, "Una Other", instructor=instructor))
    close(database, admin, instructor)
    sweep(database, now=NOW + 2 * EVIDENCE)
    assert row_of(database, instructor).name == "Iris Instructor"
    assert row_of(database, instructor).email.endswith(LEFT_ADDRESS)


def test_an_assessor_who_left_is_named_while_a_certificate_may_come_of_it(database, admin):
    """The student takes the final test years later: the certificate names who assessed them."""
    with database.write() as db:
        instructor = a_user(db, "Iris Instructor", roles=("instructor",))
        earned = an_earner(db, "Una Other", instructor=instructor)
    close(database, admin, instructor)
    late = NOW + 2 * EVIDENCE
    sweep(database, now=late)
    with database.write() as db:
        certificates.issue_if_complete(
            db, SystemActor.worker, earned.student.user_id, earned.course_key, ISSUER, now=late
        )
        (said,) = db.scalars(select(Certificate.snapshot)).one()["practicals"]
    assert said["assessor"] == "Iris Instructor"
    with database.read() as db:
        assert findings(db, CHECKS, now=late) == []


def test_an_assessor_ends_with_the_last_student(database, admin):
    with database.write() as db:
        student, instructor = a_leaver(db), a_user(db, "Iris Instructor", roles=("instructor",))
        a_signed_assessment(db, a_day(db, student=student, instructor=instructor))
    close(database, admin, instructor)
    late = NOW + 2 * EVIDENCE
    sweep(database, now=late)
    assert row_of(database, instructor).name == "Iris Instructor"
    close(database, admin, student)
    sweep(database, now=late)
    sweep(database, now=late)
    assert row_of(database, instructor).name == NAME_OF_WHO_LEFT


@pytest.mark.parametrize(
    "name", ["Ибрагим Ёлкин", "王小明", "É Ö", "Żółć Łąk", 'Ann "Nan" Able', "100% O_K"]
)
def test_a_name_in_any_letters_is_taken_out(database, admin, name):
    with database.write() as db:
        person, other = a_leaver(db, name), a_user(db, "Una Other")
        reason = f"Swapped with {name.upper()}, not with {name}x."
        a_notice(db, other, details=DAY | {"reason": reason})
    close(database, admin, person)
    sweep(database, now=OVER)
    with database.read() as db:
        (notice,) = db.scalars(select(Notice))
    assert notice.details["reason"] == f"Swapped with {REMOVED}, not with {name}x."


@pytest.mark.parametrize(
    "name", ["You", "may", "May", "paid", "7", "practicals", "Practice day", "the room", "removed"]
)
def test_a_name_that_is_a_word_of_the_language_takes_nothing_from_others(database, admin, name):
    """A person may choose such a name and close the account; the audit trail and other people's
    notices stay unchanged."""
    reason = "You may swap with the 7 who paid in May: the room is [removed]."
    details = {"to": "paid", "deep": ["practicals", reason]}
    with database.write() as db:
        person, other = a_leaver(db, name, certificate_name=name), a_user(db, "Una Other")
        a_day(db, student=other)
        a_notice(db, other, details=DAY | {"reason": reason})
        record(
            db,
            admin.user_id,
            "practicals.taken_away",
            now=NOW,
            subject_kind="practical",
            person_id=other.user_id,
            reason=reason,
            details=details,
        )
    close(database, admin, person)
    sweep(database, now=OVER)
    assert row_of(database, person).name == NAME_OF_WHO_LEFT
    with database.read() as db:
        (notice,) = db.scalars(select(Notice))
        (act,) = db.scalars(select(AuditEvent).where(AuditEvent.person_id == other.user_id))
    if name == "the room":  # with a space, and exactly as it was chosen
        reason = reason.replace(name, REMOVED)
    assert notice.details == DAY | {"reason": reason}
    assert (act.reason, act.details["to"]) == (reason, "paid")


def test_a_name_that_is_part_of_other_words_of_the_academy_is_taken_out(database, admin):
    with database.write() as db:
        person, other = a_leaver(db, "Al Li"), a_user(db, "Una Other")
        a_day(db, student=other)
        db.execute(update(PracticalRow).values(room="Room for clinical limits"))
        a_notice(db, other, details=DAY | {"reason": "Swapped with Al Li: clinical limits."})
    close(database, admin, person)
    sweep(database, now=OVER)
    with database.read() as db:
        (notice,) = db.scalars(select(Notice))
    assert notice.details["reason"] == f"Swapped with {REMOVED}: clinical limits."


def test_a_short_name_that_is_part_of_many_words_holds_up_nobody(database, admin, monkeypatch):
    """More rows than one batch contain these letters, but none contains the name."""
    monkeypatch.setattr("app.retention.mentions.MOST", 5)
    with database.write() as db:
        person, other = a_leaver(db, "Ho"), a_user(db, "Una Other")
        for _ in range(12):
            a_notice(db, other, details=DAY | {"reason": "Who has a phone at the school?"})
        a_notice(db, other, details=DAY | {"reason": f"See {ADDRESS}"})
    close(database, admin, person)
    sweep(database, now=OVER)
    assert row_of(database, person).name == NAME_OF_WHO_LEFT
    with database.read() as db:
        (last,) = db.scalars(select(Notice).order_by(Notice.id.desc()).limit(1))
    assert last.details["reason"] == f"See {REMOVED}"


def test_an_account_that_is_opened_in_time_loses_nothing(database, admin):
    with database.write() as db:
        person = a_leaver(db)
    close(database, admin, person)
    with database.write() as db:
        service.open_account(db, admin, person.user_id, reason="A mistake", now=OVER - SECOND)
    sweep(database, now=NOW + 3 * LEAVING)
    after = row_of(database, person)
    assert (after.name, after.email, after.has_access_needs) == (NAME, ADDRESS, True)


def test_an_emptied_account_is_not_opened_again_and_its_owner_may_come_anew(database, admin):
    with database.write() as db:
        person = a_leaver(db)
    close(database, admin, person)
    sweep(database, now=OVER)
    with (
        pytest.raises(PersonRefused, match="have ended, so it cannot be opened again") as refused,
        database.write() as db,
    ):
        service.open_account(db, admin, person.user_id, reason="Back", now=OVER)
    assert refused.value.reason == "has_left"
    assert row_of(database, person).disabled_at == NOW
    with database.write() as db:
        again = service.invite_person(
            db, admin, name=NAME, email=ADDRESS, roles=frozenset({"student"}), now=OVER
        )
    assert again != person.user_id


def test_the_pages_say_what_ends_and_when(database, admin, as_person):
    with database.write() as db:
        person = a_leaver(db)
    browser = as_person(admin)
    access = f"/admin/people/{person.user_id}/access"
    assert "For 90 days it can be opened again." in browser.get(access).text
    close(database, admin, person)
    sweep(database, now=OVER)
    browser = as_person(admin)  # the sweep has deleted the sign-in, which had ended
    assert "it cannot be opened again" in browser.get(access).text
    page = browser.get(f"/admin/people/{person.user_id}").text
    assert "Personal data ended" in page
    assert "no address" in page
    assert LEFT_ADDRESS not in page
    with database.read() as db:
        assert accounts.people(db, [person.user_id])[person.user_id].name == NAME_OF_WHO_LEFT


def test_many_who_left_are_done_a_few_at_a_time(database, admin):
    with database.write() as db:
        for number in range(45):
            a_leaver(db, f"Quentin Quill the {number}th", f"q{number}@example.org", disabled_at=NOW)
    swept = sweep(database, now=OVER)
    assert (swept.rows["accounts"], swept.failed) == (45, ())
    assert "Quill" not in everything(database)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ann Bold came", f"{REMOVED} came"),
        ("ANN BOLD", REMOVED),
        ("Ann Boldly went", "Ann Boldly went"),
        ("Joann Bold", "Joann Bold"),
        ("a.b@example.org.", f"{REMOVED}."),
        (None, None),
        ([1, {"x": "Ann Bold"}], [1, {"x": REMOVED}]),
    ],
)
def test_names_are_taken_out_whole(text, left):
    assert Mentions(("Ann Bold", "a.b@example.org")).taken_out(text) == left


def test_nobody_is_emptied_whose_account_is_open(database, admin):
    with database.write() as db:
        person = a_leaver(db)
    sweep(database, now=NOW + timedelta(days=9999))
    assert row_of(database, person).name == NAME
