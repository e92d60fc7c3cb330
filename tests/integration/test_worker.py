"""Delivering the outbox: to a real mail server, again after a failure, and not for ever."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from socket import socket
from threading import Event, Thread

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from app import jobs
from app.accounts.facts import LifeSupportSeen
from app.db.database import Database
from app.kit.ids import EventId, UserId, new_uuid
from app.mail.mailer import Mailer
from app.outbox import service as outbox
from app.outbox.health import deliveries
from app.outbox.heartbeats import beat
from app.outbox.models import OutboxEvent
from app.outbox.queries import EventKind, kept_mail
from tests.make import NOW
from tests.make.keys import ISSUER
from tests.make.mails import a_stored_mail, an_invitation_mail
from tests.make.patience import SECONDS, until


class Inbox:
    """A mail server's other half: keeps what it was handed."""

    def __init__(self) -> None:
        self.received: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    received = Inbox()
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(received, hostname="127.0.0.1", port=port)
    server.start()
    yield received, f"smtp://127.0.0.1:{port}"
    server.stop()


def mailer_to(app, address: str) -> Mailer:
    own: Mailer = app.state.mailer
    return replace(own, mail_url=address)


def an_invitation(database: Database) -> EventId:
    with database.write() as db:
        return outbox.send_to_address(db, "ned@example.org", an_invitation_mail(), now=NOW)


def stored(database: Database, event_id: EventId) -> OutboxEvent:
    with database.read() as db:
        event = db.scalars(select(OutboxEvent).where(OutboxEvent.id == event_id)).one()
        db.expunge(event)
        return event


def test_a_mail_reaches_the_mail_server_once(app, database, inbox):
    received, address = inbox
    event_id = an_invitation(database)
    assert jobs.deliver_due(database, mailer_to(app, address), ISSUER, now=NOW) == 1
    assert jobs.deliver_due(database, mailer_to(app, address), ISSUER, now=NOW) == 0
    ((_, to, content),) = received.received
    assert to == ["ned@example.org"]
    assert b"Your account at Preceptor Academy" in content
    assert stored(database, event_id).done_at == NOW


def test_a_server_that_is_away_is_asked_again_and_no_mail_is_lost_for_days(app, database, inbox):
    """Nobody listens at the port. Every mail keeps its turn and its tries, and goes out when the server is
    back, even after two days."""
    received, address = inbox
    first, second = an_invitation(database), an_invitation(database)
    away = mailer_to(app, "smtp://127.0.0.1:1")
    for hours in range(0, 48, 2):
        assert jobs.deliver_due(database, away, ISSUER, now=NOW + timedelta(hours=hours)) == 1
    event = stored(database, first)
    assert (event.tries, event.done_at, event.dead_at) == (0, None, None)
    assert event.last_error == (
        "The mail server 127.0.0.1 refused the connection at port 1. Mails wait."
    )
    assert stored(database, second).last_error is None
    later = NOW + timedelta(hours=48)
    assert jobs.deliver_due(database, mailer_to(app, address), ISSUER, now=later) == 2
    assert len(received.received) == 2


def test_a_server_that_stays_away_is_given_up_after_three_days(app, database):
    """Three days of this trouble: a mail that is older, but whose server has just gone away, waits."""
    away = mailer_to(app, "smtp://127.0.0.1:1")
    event_id = an_invitation(database)
    began = NOW + timedelta(days=30)
    jobs.deliver_due(database, away, ISSUER, now=began)
    with database.write() as db:
        beat(db, EventKind.mails, "away", now=began)
    given_up = began + outbox.PATIENCE
    jobs.deliver_due(database, away, ISSUER, now=given_up - timedelta(seconds=1))
    assert stored(database, event_id).dead_at is None
    young = an_invitation(database)
    with database.write() as db:
        db.get_one(OutboxEvent, young).created_at = given_up
    jobs.deliver_due(database, away, ISSUER, now=given_up)
    jobs.deliver_due(database, away, ISSUER, now=given_up)
    assert stored(database, young).dead_at is None
    with database.write() as db:
        db.get_one(OutboxEvent, young).done_at = given_up
    assert stored(database, event_id).dead_at == given_up
    assert jobs.deliver_due(database, away, ISSUER, now=given_up + timedelta(days=9)) == 0


def test_what_fails_in_our_own_code_waits_longer_each_time_and_ends(app, database):
    with database.write() as db:
        event_id = a_stored_mail(db, "ada@example.org", "accounts/invitation", {})
    now, waited = NOW, []
    for _ in range(outbox.MOST_TRIES):
        assert jobs.deliver_due(database, app.state.mailer, ISSUER, now=now) == 1
        event = stored(database, event_id)
        waited.append(int((event.available_at - now).total_seconds()))
        assert (event.last_error or "").startswith("UndefinedError")
        now = max(now, event.available_at)
    assert waited[:7] == [10, 40, 160, 640, 2560, 10240, 14400]
    assert stored(database, event_id).dead_at == now
    assert jobs.deliver_due(database, app.state.mailer, ISSUER, now=now + timedelta(days=9)) == 0


def test_a_mail_is_dated_when_it_was_written_whichever_try_it_is(app, database, inbox):
    received, address = inbox
    an_invitation(database)
    later = NOW + timedelta(hours=7)
    assert jobs.deliver_due(database, mailer_to(app, address), ISSUER, now=later) == 1
    ((_, _, content),) = received.received
    assert f"Date: {format_datetime(NOW)}".encode() in content
    mail_id = an_invitation(database)
    assert jobs.deliver_due(database, app.state.mailer, ISSUER, now=later) == 1
    with database.read() as db:
        assert kept_mail(db, mail_id).at == NOW


def test_facts_are_taken_once_each_and_mails_stay(database):
    mail_id, first, second = an_invitation(database), UserId(new_uuid()), UserId(new_uuid())
    with database.write() as db:
        for person in (first, second, first):
            outbox.announce(db, LifeSupportSeen(user_id=person), now=NOW)
    with database.write() as db:
        taken = outbox.take_facts(db, now=NOW)
        assert [(name, handler, fact["user_id"]) for name, handler, fact in taken] == [
            ("life_support.seen", "offer-places-in-every-course", str(first)),
            ("life_support.seen", "offer-places-in-every-course", str(second)),
        ]
        assert outbox.take_facts(db, now=NOW) == []
    assert stored(database, mail_id).done_at is None
    with database.read() as db:
        assert [each.waiting for each in deliveries(db, now=NOW)] == [0, 1]


def test_one_mail_that_fails_holds_up_no_other(app, database, inbox):
    received, address = inbox
    with database.write() as db:
        broken = a_stored_mail(db, "ada@example.org", "accounts/invitation", {})
    an_invitation(database)
    assert jobs.deliver_due(database, mailer_to(app, address), ISSUER, now=NOW) == 2
    assert [to for _, to, _ in received.received] == [["ned@example.org"]]
    assert "UndefinedError" in (stored(database, broken).last_error or "")


def test_the_worker_delivers_and_stops_when_told(app, database):
    event_id = an_invitation(database)
    stop = Event()
    worker = Thread(
        target=jobs.work_until,
        args=(stop, database, app.state.mailer, lambda: NOW, ISSUER),
        daemon=True,
    )
    worker.start()
    until(lambda: stored(database, event_id).done_at is not None, "the delivery", every=0.02)
    stop.set()
    worker.join(SECONDS)
    assert not worker.is_alive()
    assert stored(database, event_id).done_at == NOW
