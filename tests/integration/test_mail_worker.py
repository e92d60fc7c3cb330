"""The worker for mails beside the one for facts and deadlines, with mail servers that misbehave."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from itertools import pairwise
from threading import Barrier
from time import monotonic

import pytest
from click.testing import Result
from sqlalchemy import select
from typer.testing import CliRunner

from app import cli, jobs
from app.db.database import Database
from app.enquiries.mails import EnquiryAskedMail
from app.kit.ids import EnquiryId, EventId, new_uuid
from app.kit.messages import msg
from app.outbox import queries, service
from app.outbox.models import KeptMail, OutboxEvent
from app.outbox.queries import EventKind
from app.workers import mails
from app.workers.loop import RoundResult
from app.workers.mails import LONGEST_PAUSE, MailWork, deliver_next
from tests.make import NOW
from tests.make.keys import ISSUER
from tests.make.mail_server import DROP, PlayedServer, mailer_to
from tests.make.mails import a_stored_mail, an_invitation_mail
from tests.make.patience import SECONDS, until

SECOND = timedelta(seconds=1)
ENQUIRY = EnquiryId(new_uuid())


def a_mail(database: Database, to: str = "ned@example.org", name: str = "Ned") -> EventId:
    with database.write() as db:
        return service.send_to_address(db, to, an_invitation_mail(name), now=NOW)


def stored(database: Database, event_id: EventId) -> OutboxEvent:
    with database.read() as db:
        event = db.scalars(select(OutboxEvent).where(OutboxEvent.id == event_id)).one()
        db.expunge(event)
        return event


def ids_of(mails: list[bytes]) -> list[str]:
    return [str(message_from_bytes(mail, policy=default)["Message-ID"]) for mail in mails]


@pytest.mark.parametrize(
    "mail_to_send",
    [
        EnquiryAskedMail(topic=msg("Zoë Łukasz 🙂"), course=None, enquiry_id=ENQUIRY),
        EnquiryAskedMail(topic=msg("Żółć"), course="Zoë Łukasz 🙂", enquiry_id=ENQUIRY),
        an_invitation_mail("Zoë Łukasz 🙂"),
    ],
    ids=["short lines", "subject too", "long lines"],
)
def test_what_is_sent_is_what_was_kept_and_all_of_it_is_ascii(app, database, mail_to_send):
    """B18: a server that announces no 8BITMIME got letters above 127."""
    with PlayedServer(features=("SIZE",)).running() as played:
        with database.write() as db:
            sent = service.send_to_address(db, "ned@example.org", mail_to_send, now=NOW)
        deliver_next(database, mailer_to(app, played), now=NOW)
    (mail,) = played.mails
    assert max(played.in_clear) < 128
    assert b"BODY" not in played.in_clear
    message = message_from_bytes(mail, policy=default)
    assert "Zoë Łukasz 🙂" in message.get_body(("plain",)).get_content()
    assert {part.get("content-transfer-encoding") for part in message.walk()} <= {
        None,
        "quoted-printable",
        "base64",
        "7bit",
    }
    with database.write() as db:
        event = db.get_one(OutboxEvent, sent)
        event.done_at, event.tries = None, 0
    deliver_next(database, app.state.mailer, now=NOW)
    with database.read() as db:
        source = db.get_one(KeptMail, sent).source.encode()
    chosen = message_from_bytes(source, policy=default).get_boundary() or ""
    boundary = message.get_boundary() or ""
    assert source.replace(chosen.encode(), boundary.encode()) == mail


def test_a_mail_is_sent_once_when_the_server_says_421_after_it(app, database):
    """V22, through the worker: two of two were sent again."""
    with PlayedServer(replies={"QUIT": "421 going away"}).running() as played:
        sent = [a_mail(database), a_mail(database)]
        assert jobs.deliver_due(database, mailer_to(app, played), ISSUER, now=NOW) == 2
        later = NOW + timedelta(hours=5)
        assert jobs.deliver_due(database, mailer_to(app, played), ISSUER, now=later) == 0
    assert len(played.mails) == 2
    assert [stored(database, each).done_at for each in sent] == [NOW, NOW]


def test_a_mail_whose_end_is_unknown_is_sent_again_with_the_same_id(app, database):
    with PlayedServer(replies={"DATA.": [DROP]}).running() as played:
        event_id = a_mail(database)
        mailer = mailer_to(app, played)
        assert deliver_next(database, mailer, now=NOW).trouble
        assert "did not say whether it took the mail" in (
            stored(database, event_id).last_error or ""
        )
        assert deliver_next(database, mailer, now=NOW + 9 * SECOND) == RoundResult()
        assert deliver_next(database, mailer, now=NOW + 10 * SECOND) == RoundResult(busy=True)
        assert deliver_next(database, mailer, now=NOW + timedelta(days=1)) == RoundResult()
    first, second = ids_of(played.seen)
    assert first == second == f"<{event_id}@testserver>"
    assert len(played.mails) == 1


def test_one_address_that_is_refused_holds_up_no_other(app, database):
    """Neither for now nor for good; and no address stands in what is kept or logged about it."""
    refusals = ["450 <ned.canary@example.org> later", "550 <ned.canary@example.org> unknown"]
    with PlayedServer(replies={"RCPT": refusals}).running() as played:
        sent = [a_mail(database, "ned.canary@example.org") for _ in range(2)]
        sent.append(a_mail(database, "zoe@example.org"))
        assert jobs.deliver_due(database, mailer_to(app, played), ISSUER, now=NOW) == 3
    assert len(played.mails) == 1
    assert [stored(database, each).last_error for each in sent] == [
        "The mail server refuses this address for now (450).",
        "The mail server refuses this address (550).",
        None,
    ]


def test_an_address_that_is_refused_for_now_is_tried_for_three_days(app, database):
    with PlayedServer(replies={"RCPT": "450 later"}).running() as played:
        mailer, event_id, now = mailer_to(app, played), a_mail(database), NOW
        while now < NOW + timedelta(days=2):
            assert deliver_next(database, mailer, now=now).busy
            event = stored(database, event_id)
            assert event.dead_at is None
            now = event.available_at
        assert event.tries > service.MOST_TRIES
        assert deliver_next(database, mailer, now=NOW + service.PATIENCE).busy
    assert stored(database, event_id).dead_at == NOW + service.PATIENCE


def test_an_address_that_is_refused_for_good_is_given_up_within_a_day(app, database):
    with PlayedServer(replies={"RCPT": "550 unknown"}).running() as played:
        mailer, event_id, now = mailer_to(app, played), a_mail(database), NOW
        while (event := stored(database, event_id)).dead_at is None:
            now = max(now, event.available_at)
            assert deliver_next(database, mailer, now=now).busy
    assert (event.tries, event.dead_at - NOW < timedelta(days=1)) == (service.MOST_TRIES, True)


def test_a_sent_mail_leaves_a_line_without_its_address(app, database, monkeypatch):
    lines = []
    monkeypatch.setattr(mails.log, "info", lambda event, **said: lines.append((event, said)))
    with PlayedServer().running() as played:
        event_id = a_mail(database, "canary@example.org", name="CANARY")
        deliver_next(database, mailer_to(app, played), now=NOW)
    assert lines == [("mail sent", {"event_id": str(event_id), "template": "accounts/invitation"})]


class TestTheCommand:
    """`preceptor mail test ADDRESS`."""

    @pytest.fixture
    def send(self, sqlite_database, monkeypatch):
        monkeypatch.setenv("PRECEPTOR_ENV", "test")
        monkeypatch.setenv("PRECEPTOR_DATABASE_URL", sqlite_database.url.render_as_string())

        def send(address: str, port: int | None = None) -> Result:
            if port is not None:
                monkeypatch.setenv("PRECEPTOR_MAIL_URL", f"smtp://127.0.0.1:{port}")
            return CliRunner().invoke(cli.app, ["mail", "test", address])

        return send

    def test_sends_one_mail_at_once(self, send):
        with PlayedServer().running() as played:
            ended = send("ada@example.org", played.port)
        (mail,) = played.mails
        assert ended.exit_code == 0
        assert "127.0.0.1 took the mail." in ended.stdout
        assert message_from_bytes(mail, policy=default)["To"] == "ada@example.org"

    def test_says_what_the_server_refused(self, send):
        with PlayedServer(replies={"RCPT": ["550 unknown"]}).running() as played:
            ended = send("ada@example.org", played.port)
        assert ended.exit_code == 1
        assert "The mail was not sent." in ended.stderr
        assert played.mails == []

    def test_says_that_mails_are_kept(self, send):
        ended = send("ada@example.org")
        assert ended.exit_code == 1
        assert "PRECEPTOR_MAIL_URL is not set" in ended.stderr

    def test_refuses_what_is_no_address(self, send):
        assert send("ada").exit_code == 2


def test_no_address_and_no_word_of_a_mail_reaches_the_log(app, database, capsys):
    with PlayedServer(
        replies={
            "RCPT": ["550 <canary@example.org> unknown"],
            "DATA.": ["554 CANARY", "451 CANARY", DROP],
        }
    ).running() as played:
        for _ in range(4):
            a_mail(database, "canary@example.org", name="CANARY")
        with database.write() as db:
            broken = {"canary": "canary@example.org"}
            a_stored_mail(db, "canary@example.org", "accounts/invitation", broken)
        for minutes in range(0, 60, 10):
            now = NOW + timedelta(minutes=minutes)
            jobs.deliver_due(database, mailer_to(app, played), ISSUER, now=now)
    printed = capsys.readouterr()
    logged = (printed.out + printed.err).lower()
    assert "mail not sent" in logged
    assert "mail failed" in logged
    assert "canary" not in logged
    with database.read() as db:
        reasons = " ".join(filter(None, db.scalars(select(OutboxEvent.last_error))))
    assert reasons
    assert "canary" not in reasons.lower()


class TestTwoWorkers:
    def test_each_mail_is_sent_once_by_two_workers(self, app, database):
        """V5: 25 mails arrived for 20."""
        with PlayedServer(letter_seconds=0.001).running() as played:
            sent = [a_mail(database) for _ in range(12)]
            together = Barrier(2)

            def work(_number: int) -> int:
                together.wait()
                delivered, ends = 0, monotonic() + SECONDS
                while len(played.seen) < 12 and monotonic() < ends:
                    delivered += deliver_next(database, mailer_to(app, played), now=NOW).busy
                return delivered

            with ThreadPoolExecutor(2) as pool:
                counts = list(pool.map(work, range(2)))
        assert sum(counts) == 12
        assert min(counts) > 0
        assert sorted(ids_of(played.mails)) == sorted(f"<{each}@testserver>" for each in sent)

    def test_without_leases_the_same_race_sends_doubles(self, app, database, monkeypatch):
        """The control: with leases that have ended before they begin, both workers take the same mail."""
        monkeypatch.setattr(service, "LEASE", timedelta(seconds=-1))
        with PlayedServer(letter_seconds=0.001).running() as played:
            a_mail(database)
            together = Barrier(2)
            mailer = mailer_to(app, played)

            def sign(link_id: str) -> str:
                """Both have their lease before either of them sends."""
                together.wait(SECONDS)
                return mailer.sign(link_id)

            slow = replace(mailer, sign=sign)
            with ThreadPoolExecutor(1) as pool:
                first = pool.submit(deliver_next, database, slow, now=NOW)
                until(lambda: together.n_waiting, "the first worker", every=0.01)
                second = deliver_next(database, slow, now=NOW)
                assert first.result().busy
                assert second.busy
        assert len(played.mails) == 2

    def test_a_lease_that_ended_marks_nothing(self, database):
        event_id = a_mail(database)
        with database.write() as db:
            (early,) = service.lease(db, EventKind.mails, now=NOW, most=1)
        later = NOW + queries.LEASE + SECOND
        with database.write() as db:
            assert service.lease(db, EventKind.mails, now=NOW, most=1) == []
            (newer,) = service.lease(db, EventKind.mails, now=later, most=1)
        with database.write() as db:
            assert not service.mark_done(db, early, now=later)
            assert not service.mark_failed(db, early, "slow", for_good=False, now=later)
            assert not service.put_back(db, early, "slow", now=later)
        assert stored(database, event_id).last_error is None
        with database.write() as db:
            assert service.mark_done(db, newer, now=later)
            assert not service.mark_done(db, newer, now=later + SECOND)
        assert stored(database, event_id).done_at == later


class TestPauses:
    def test_a_server_in_trouble_is_asked_less_and_less_often(self, app, database):
        a_mail(database)
        moments, seconds = [], 0.0
        with PlayedServer(replies={"GREETING": "421 later"}).running() as played:
            work = MailWork(database, mailer_to(app, played), lambda: seconds)
            while seconds < 1300:
                work.round(NOW)
                if played.connections > len(moments):
                    moments.append(seconds)
                seconds += 5
        waits = [later - earlier for earlier, later in pairwise(moments)]
        assert waits == [10, 20, 40, 80, 160, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]

    def test_the_first_mail_that_goes_through_ends_the_trouble(self, app, database):
        with PlayedServer(replies={"GREETING": ["421 later"]}).running() as played:
            seconds = [0.0]
            a_mail(database)
            work = MailWork(database, mailer_to(app, played), lambda: seconds[0])
            said = work.round(NOW)
            assert str(said.trouble) == (
                "The mail server 127.0.0.1 takes no mail at the moment (421). Mails wait."
            )
            assert work.round(NOW) == RoundResult(trouble=said.trouble)
            assert played.connections == 1
            seconds[0] = 10.0
            assert work.round(NOW) == RoundResult(busy=True)
            assert work.round(NOW) == RoundResult()
        assert len(played.mails) == 1
