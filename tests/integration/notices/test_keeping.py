"""What is kept and what is forgotten: notices stay, delivered mails go."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, text

from app import jobs
from app.accounts.queries import people
from app.db.database import Database
from app.db.migrate import downgrade, upgrade
from app.enquiries.mails import EnquiryReceivedMail
from app.kit.ids import new_uuid
from app.notices.models import Notice
from app.notices.steps.sending import send
from app.outbox.models import KeptMail, OutboxEvent
from app.outbox.queries import KEPT
from app.outbox.service import keep_mail, send_to_address
from app.practicals.mails import SeatBookedMail
from app.retention.endings import AT_ONCE
from app.retention.sweeping import sweep
from tests.make import NOW
from tests.make.keys import ISSUER
from tests.make.mail_examples import SEAT
from tests.make.mails import a_stored_mail
from tests.make.notices import a_notice
from tests.make.people import a_user

LATER = NOW + KEPT + timedelta(seconds=1)


def count(database: Database, table: Any) -> int:
    with database.read() as db:
        return db.scalars(select(func.count()).select_from(table)).one()


def told(database: Database) -> None:
    with database.write() as db:
        actor = a_user(db, "Ann Able")
        person = people(db, [actor.user_id])[actor.user_id]
        send(db, person, SeatBookedMail(**SEAT), now=NOW)


def test_a_mail_and_its_notice_are_written_together_and_the_notice_outlives_it(app, database):
    told(database)
    with database.read() as db:
        notice, mail = db.scalars(select(Notice)).one(), db.scalars(select(OutboxEvent)).one()
        assert notice.id == mail.id
        assert (notice.template, notice.details) == ("practicals/booked", mail.payload["values"])
    jobs.deliver_due(database, app.state.mailer, ISSUER, now=NOW)
    sweep(database, now=NOW + KEPT - timedelta(seconds=1))
    assert (count(database, OutboxEvent), count(database, KeptMail)) == (1, 1)
    sweep(database, now=LATER)
    assert (count(database, OutboxEvent), count(database, KeptMail)) == (0, 0)
    assert count(database, Notice) == 1


def test_a_refused_command_leaves_neither(database):
    class Refused(Exception):
        pass

    try:
        with database.write() as db:
            actor = a_user(db, "Ann Able")
            person = people(db, [actor.user_id])[actor.user_id]
            send(db, person, SeatBookedMail(**SEAT), now=NOW)
            db.flush()
            raise Refused
    except Refused:
        pass
    assert count(database, Notice) == count(database, OutboxEvent) == 0


def test_what_is_not_delivered_is_never_forgotten(app, database):
    with database.write() as db:
        a_stored_mail(db, "ann@example.org", "accounts/invitation", {})
    now = NOW
    for _ in range(9):
        jobs.deliver_due(database, app.state.mailer, ISSUER, now=now)
        now += timedelta(days=2)
    with database.write() as db:
        send_to_address(db, "ann@example.org", EnquiryReceivedMail(), now=NOW)
    sweep(database, now=LATER)
    with database.read() as db:
        assert sorted(event.dead_at is None for event in db.scalars(select(OutboxEvent))) == [
            False,
            True,
        ]


def test_a_great_many_are_forgotten_a_few_at_a_time(database):
    many = AT_ONCE * 2 + 1
    event = {"name": "mail", "payload": {}, "created_at": NOW, "available_at": NOW, "tries": 1}
    with database.write() as db:
        rows = [{**event, "id": new_uuid(), "done_at": NOW} for _ in range(many)]
        db.execute(insert(OutboxEvent), rows)
        db.execute(insert(OutboxEvent), [{**event, "id": new_uuid(), "done_at": LATER}])
        mail = {"to": "ann@example.org", "subject": "Old", "text": "Old", "source": "Old"}
        keep_mail(db, new_uuid(), **mail, now=NOW)
        keep_mail(db, new_uuid(), **mail, now=LATER)
    sweep(database, now=LATER)
    assert (count(database, OutboxEvent), count(database, KeptMail)) == (1, 1)


def test_the_worker_forgets_a_minute_after_its_start(app, database):
    told(database)
    jobs.deliver_due(database, app.state.mailer, ISSUER, now=NOW)
    passed = iter([0.0, 59.0, 60.0])
    work = jobs.FactWork(database, lambda: LATER, ISSUER, lambda: next(passed))
    work.round(LATER)
    work.round(LATER + timedelta(seconds=59))
    assert count(database, OutboxEvent) == 1
    work.round(LATER + timedelta(seconds=60))
    assert count(database, OutboxEvent) == 0


def test_the_migration_goes_down_and_up_with_mails_in_the_database(sqlite_template, tmp_path):
    """Going back drops notices and nothing else; the mails are still delivered."""
    path = tmp_path / "migrated.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    told(database)
    assert count(database, Notice) == 1
    downgrade(database, "20261123_0010")
    with database.read() as db:
        tables = db.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()
        assert "notices" not in set(tables)
        assert db.execute(text("SELECT count(*) FROM users")).scalar_one() == 1
        assert db.execute(text("SELECT count(*) FROM outbox_events")).scalar_one() == 1
    upgrade(database)
    assert (count(database, Notice), count(database, OutboxEvent)) == (0, 1)
    with database.write() as db:
        a_notice(db, a_user(db, "Bea Bold"))
    database.close()
