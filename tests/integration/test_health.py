"""What a probe, a scraper, the office and `preceptor doctor` are told of the workers and of what waits."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from typer.testing import CliRunner

from app import cli, jobs
from app.audit.models import AuditEvent
from app.db import migrate
from app.db.database import Database
from app.home import service as office
from app.kit.actor import Actor
from app.kit.errors import Forbidden
from app.kit.formats import ENGLISH
from app.kit.ids import EventId
from app.operations import health
from app.outbox import checks
from app.outbox import heartbeats as beats
from app.outbox import service as outbox
from app.outbox.health import EFFECT, deliveries
from app.outbox.models import OutboxEvent
from app.outbox.queries import EventKind
from app.web.metrics import figures
from app.workers.mails import MailWork
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.browsing import a_browser
from tests.make.facts import a_stored_fact, a_waiting_fact
from tests.make.keys import ISSUER
from tests.make.mail_server import NAME, Authority, PlayedServer, mailer_to
from tests.make.mails import an_invitation_mail
from tests.make.people import a_user, an_actor

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

NAMES = {EventKind.facts: "follow-up work", EventKind.mails: "mails"}


@pytest.fixture
def on_host(app, portal):
    """A program on the server's own host."""
    return a_browser(app, portal, network="127.0.0.1")


def csrf_in(page: str) -> str:
    match = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert match
    return match[1]


def a_mail(database: Database, *, at: datetime = NOW) -> EventId:
    with database.write() as db:
        return outbox.send_to_address(db, "ned@example.org", an_invitation_mail(), now=at)


def beat(
    database: Database, *kinds: EventKind, trouble: str | None = None, at: datetime = NOW
) -> None:
    with database.write() as db:
        for kind in kinds:
            beats.beat(db, kind, trouble, now=at)


def give_up(database: Database, event_id: EventId) -> None:
    with database.write() as db:
        db.execute(
            update(OutboxEvent)
            .where(OutboxEvent.id == event_id)
            .values(dead_at=NOW, last_error="The mail server refuses this address (550).")
        )


class TestReadiness:
    def test_ready_with_both_workers_and_what_waits(self, client, database):
        beat(database, *EventKind, at=NOW - timedelta(seconds=4))
        a_mail(database, at=NOW - MINUTE)
        answer = client.get("/readyz")
        assert answer.status_code == 200
        word, facts, mails, disk = answer.text.splitlines()
        assert word == "ready"
        assert facts == "facts: seen 4 seconds ago, 0 waiting"
        assert mails == "mails: seen 4 seconds ago, 1 waiting, the oldest for 1 minute"
        assert re.fullmatch(r"disk: [\d,]+ MB free", disk)
        assert statements_of(answer) <= 5

    @pytest.mark.parametrize(
        ("silent", "line"),
        [
            (EventKind.mails, "mails: never seen, 0 waiting"),
            (EventKind.facts, "facts: never seen, 0 waiting"),
        ],
    )
    def test_a_worker_that_never_ran_degrades(self, client, database, silent, line):
        """V4: /readyz said ready while nothing was closed."""
        beat(database, *(kind for kind in EventKind if kind is not silent))
        answer = client.get("/readyz")
        assert (answer.status_code, answer.text.splitlines()[0]) == (200, "degraded")
        assert line in answer.text

    @pytest.mark.parametrize("at", [NOW - 46 * SECOND, NOW + 46 * SECOND])
    def test_a_worker_that_was_not_seen_lately_degrades(self, client, database, at):
        beat(database, EventKind.facts)
        beat(database, EventKind.mails, at=at)
        assert client.get("/readyz").text.startswith("degraded\n")
        beat(database, EventKind.mails, at=NOW - 45 * SECOND)
        assert client.get("/readyz").text.startswith("ready\n")

    @pytest.mark.parametrize(
        ("name", "late"), [("mail", 30 * MINUTE), ("quiz.submitted", 5 * MINUTE)]
    )
    def test_what_is_due_for_too_long_degrades(self, client, database, name, late):
        beat(database, *EventKind)
        with database.write() as db:
            event_id = a_stored_fact(db, name, {}, now=NOW - late)
        assert client.get("/readyz").text.startswith("ready\n")
        with database.write() as db:
            db.get_one(OutboxEvent, event_id).available_at -= timedelta(seconds=1)
        assert client.get("/readyz").text.startswith("degraded\n")

    def test_a_mail_that_waits_for_its_next_try_or_was_given_up_degrades_nothing(
        self, client, database
    ):
        beat(database, *EventKind)
        later, never = a_mail(database), a_mail(database)
        with database.write() as db:
            db.execute(
                update(OutboxEvent)
                .where(OutboxEvent.id == later)
                .values(created_at=NOW - 300 * MINUTE, available_at=NOW + MINUTE, tries=4)
            )
        give_up(database, never)
        text_ = client.get("/readyz").text
        assert text_.startswith("ready\n")
        assert "mails: seen 0 seconds ago, 1 waiting, 1 given up" in text_

    def test_trouble_degrades_and_everybody_reads_only_for_how_long(self, client, database):
        beat(database, EventKind.facts)
        trouble = "The mail server mail.example.org refuses our user name or password (535)."
        beat(database, EventKind.mails, trouble=trouble, at=NOW - 7 * MINUTE)
        beat(database, EventKind.mails, trouble=trouble)
        text_ = client.get("/readyz").text
        assert text_.startswith("degraded\n")
        assert "in trouble for 7 minutes" in text_
        assert "example.org" not in text_
        beat(database, EventKind.mails)
        assert client.get("/readyz").text.startswith("ready\n")

    def test_a_disk_that_is_nearly_full_degrades(self, client, database, monkeypatch):
        beat(database, *EventKind)
        monkeypatch.setattr(health, "LITTLE_SPACE", 10**15)
        assert client.get("/readyz").text.startswith("degraded\n")
        monkeypatch.setattr(health, "LITTLE_SPACE", 1)
        assert client.get("/readyz").text.startswith("ready\n")

    def test_a_schema_that_is_behind_is_not_ready(self, client, database, monkeypatch):
        beat(database, *EventKind)
        monkeypatch.setattr(migrate, "head", lambda: "29990101_0010")
        answer = client.get("/readyz")
        assert answer.status_code == 503
        words = "database: the schema is older than this version"
        assert answer.text.startswith(f"not ready\n{words}\n")

    def test_the_folder_of_migrations_is_read_once(self, client, database, monkeypatch):
        """P7: it was read at each call, 16 ms."""
        client.get("/readyz")
        monkeypatch.setattr(migrate, "ScriptDirectory", None)
        beat(database, *EventKind)
        assert client.get("/readyz").text.startswith("ready\n")

    def test_the_free_space_is_that_of_a_folder_that_will_be_made(self, settings, tmp_path):
        away = settings.model_copy(update={"files_url": str(tmp_path / "not" / "there")})
        assert health.free_space(Database(f"sqlite:///{tmp_path}/other/a.db"), away)


class TestFigures:
    def test_backlog_and_heartbeat_of_each_worker(self, on_host, database):
        beat(database, EventKind.facts, at=NOW - MINUTE)
        beat(database, EventKind.mails, trouble="no", at=NOW)
        a_mail(database, at=NOW - 2 * MINUTE)
        a_mail(database, at=NOW - MINUTE)
        give_up(database, a_mail(database))
        on_host.get("/livez")  # a request is counted when it has ended
        told = on_host.get("/metrics").text.splitlines()
        for line in (
            "preceptor_database_up 1.0",
            'preceptor_outbox_waiting{kind="facts"} 0.0',
            'preceptor_outbox_waiting{kind="mails"} 2.0',
            'preceptor_outbox_given_up{kind="mails"} 1.0',
            'preceptor_outbox_oldest_seconds{kind="mails"} 120.0',
            'preceptor_worker_heartbeat_seconds{kind="facts"} 60.0',
            'preceptor_worker_heartbeat_seconds{kind="mails"} 0.0',
            'preceptor_worker_in_trouble{kind="facts"} 0.0',
            'preceptor_worker_in_trouble{kind="mails"} 1.0',
        ):
            assert line in told
        assert any(line.startswith("preceptor_requests_total{") for line in told)
        assert not any("_created" in line for line in told)

    def test_a_worker_that_never_ran_has_no_age(self, on_host):
        told = on_host.get("/metrics").text
        assert "preceptor_database_up 1.0" in told
        assert "preceptor_worker_heartbeat_seconds{" not in told

    def test_a_database_that_is_away_is_a_figure_too(self, settings, tmp_path):
        away = Database(f"sqlite:///{tmp_path}/empty.db")
        told = figures(away, NOW)
        assert b"preceptor_database_up 0.0" in told
        assert b"preceptor_outbox_waiting" not in told
        away.close()

    def test_what_was_delivered_costs_nothing(self, database):
        """The counts use the indexes of what waits and of what was given up."""
        if not database.is_sqlite:
            return
        statements = []
        with database.read() as db:
            run = db.execute

            def noted(statement, *further, **named):
                statements.append(
                    str(statement.compile(db.get_bind(), compile_kwargs={"literal_binds": True}))
                )
                return run(statement, *further, **named)

            db.execute = noted
            deliveries(db, now=NOW)
            db.execute = run
            plans = [
                " ".join(row.detail for row in db.execute(text(f"EXPLAIN QUERY PLAN {each}")))
                for each in statements
                if "outbox_events" in each
            ]
        (plan,) = plans
        assert "SCAN outbox_events USING INDEX ix_outbox_events_due" in plan
        assert "ix_outbox_events_given_up" in plan


class TestHeartbeats:
    def test_trouble_keeps_its_beginning_while_it_lasts(self, database):
        for minutes, words in ((0, None), (1, "slow"), (2, "slower"), (3, None), (4, "slow")):
            beat(database, EventKind.mails, trouble=words, at=NOW + minutes * MINUTE)
            with database.read() as db:
                _, mails = beats.heartbeats(db)
            began = {1: 1, 2: 1, 4: 4}.get(minutes)
            assert mails.trouble == words
            assert mails.trouble_since == (None if began is None else NOW + began * MINUTE)

    def test_very_long_trouble_is_cut(self, database):
        beat(database, EventKind.mails, trouble="x" * 3000)
        with database.read() as db:
            assert beats.heartbeats(db)[1].trouble == "x" * 400

    @pytest.mark.parametrize(
        ("span", "words"),
        [
            (timedelta(seconds=-5), "0 seconds"),
            (timedelta(seconds=1), "1 second"),
            (timedelta(seconds=59), "59 seconds"),
            (MINUTE, "1 minute"),
            (59 * MINUTE, "59 minutes"),
            (60 * MINUTE, "1 hour"),
            (timedelta(hours=47), "1 day"),
            (timedelta(days=3000), "3,000 days"),
        ],
    )
    def test_a_span_in_words(self, span, words):
        assert ENGLISH.largest_unit(span) == words


@pytest.fixture
def admin(database: Database) -> Actor:
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


class TestTheOffice:
    def test_a_wrong_certificate_is_said_and_mails_wait(
        self, app, database, admin, as_person, monkeypatch, tmp_path, capsys
    ):
        """The bad input of the issue: one clear line in the log, on the office's page and in its list of
        what is urgent."""
        authority = Authority(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        played = PlayedServer(features=("STARTTLS",), tls=authority.context_for("other.test"))
        event_id = a_mail(database, at=NOW - 40 * MINUTE)
        with played.running():
            mailer = mailer_to(app, played)
            monkeypatch.setattr("app.mail.mail_server.demands_tls", lambda _host: True)
            worker = jobs.Worker(
                EventKind.mails, database, lambda: NOW, MailWork(database, mailer).round
            )
            worker.one_round()
        words = "shows a certificate that is not valid for this name"
        assert words in capsys.readouterr().out
        with database.read() as db:
            mail = db.get_one(OutboxEvent, event_id)
            assert (mail.tries, mail.done_at, mail.dead_at) == (0, None, None)
        page = as_person(admin).get("/admin/outbox").text
        assert words in page
        assert "Mails wait." in page
        assert "The oldest has waited for 40 minutes." in page
        assert "ned@example.org" in page  # the row says whom it is for
        home = as_person(admin).get("/home").text
        assert "1 mail waits to be delivered" in home
        assert words in home

    def test_nothing_is_urgent_while_mails_are_on_their_way(self, database, admin, as_person):
        a_mail(database, at=NOW - 30 * MINUTE)
        home = as_person(admin).get("/home")
        assert home.status_code == 200
        assert "to be delivered" not in home.text

    def test_facts_that_nobody_acts_on_are_urgent(self, database, admin, as_person):
        """O10: a dead worker was invisible in the overview."""
        with database.write() as db:
            for _ in range(2):
                a_waiting_fact(db, now=NOW - 6 * MINUTE)
        home = as_person(admin).get("/home").text
        assert "2 follow-ups wait to be delivered" in home
        assert "No worker for follow-up work ever ran here." in home

    @pytest.mark.parametrize("kind", list(EventKind))
    def test_a_worker_that_has_gone_is_urgent_before_anything_is_late(
        self, database, admin, as_person, kind
    ):
        """Bar 6: within a minute, not when the first mail has waited for half an hour."""
        beat(database, *EventKind)
        assert "See the system status" not in as_person(admin).get("/home").text
        beat(database, kind, at=NOW - 46 * SECOND)
        home = as_person(admin).get("/home").text
        assert f"The worker for {NAMES[kind]} was last seen 46 seconds ago." in home
        assert str(EFFECT[kind]) in home
        assert "See the system status" in home
        beat(database, *EventKind, trouble="A reason.")
        home = as_person(admin).get("/home").text
        assert home.count("A reason.") == 2
        assert "last seen" not in home

    def test_a_page_with_everything_in_order(self, database, admin, as_person):
        beat(database, *EventKind)
        page = as_person(admin).get("/admin/outbox").text
        assert "Nothing was given up" in page
        assert "banner-warning" not in page

    def test_what_was_given_up_can_be_tried_again(self, app, database, admin, as_person):
        first, second = a_mail(database), a_mail(database)
        browser = as_person(admin)
        for each in (first, second):
            give_up(database, each)
        page = browser.get("/admin/outbox")
        assert "The mail server refuses this address (550)." in page.text
        proof = {"csrf_token": csrf_in(page.text)}
        pressed = proof | {"only": str(first)}
        assert browser.post("/admin/outbox/again", data=pressed).status_code == 303
        assert dead(database) == {second}
        assert browser.post("/admin/outbox/again", data=pressed).status_code == 303
        assert "Nothing was done" in browser.get("/admin/outbox").text
        assert acts(database) == [(admin.user_id, first)]

    def test_everything_that_was_given_up_can_be_tried_again(self, database, admin, as_person):
        given_up = [a_mail(database) for _ in range(3)]
        waiting = a_mail(database)
        browser = as_person(admin)
        for each in given_up:
            give_up(database, each)
        page = browser.get("/admin/outbox")
        proof = {"csrf_token": csrf_in(page.text)}
        assert "Try all again" in page.text
        every = proof | {"every": "yes"}
        done = browser.post("/admin/outbox/again", data=every)
        assert done.status_code == 303
        assert "3 are tried again now." in browser.get("/admin/outbox").text
        assert dead(database) == set()
        assert {event_id for _, event_id in acts(database)} == set(given_up)
        with database.read() as db:
            assert db.get_one(OutboxEvent, waiting).tries == 0
        browser.post("/admin/outbox/again", data=every)
        assert "Nothing was done" in browser.get("/admin/outbox").text
        assert len(acts(database)) == 3

    def test_a_mail_that_was_given_up_can_be_dismissed(self, database, admin, as_person):
        first, second = a_mail(database), a_mail(database)
        browser = as_person(admin)
        for each in (first, second):
            give_up(database, each)
        page = browser.get("/admin/outbox").text
        assert "The mail server refuses this address (550)." in page
        assert "deleted by itself 90 days later" in page
        pressed = {"csrf_token": csrf_in(page), "only": str(first)}
        assert browser.post("/admin/outbox/dismiss", data=pressed).status_code == 303
        assert "1 mail is dismissed." in browser.get("/admin/outbox").text
        assert dead(database) == {first, second}
        with database.read() as db:
            assert db.get_one(OutboxEvent, first).dismissed_at == NOW
            (act,) = db.scalars(select(AuditEvent).where(AuditEvent.action == "outbox.dismissed"))
        assert (act.actor_id, act.subject_id) == (admin.user_id, first)
        assert list(act.details) == ["template"]
        assert browser.post("/admin/outbox/dismiss", data=pressed).status_code == 303
        assert "Nothing was done" in browser.get("/admin/outbox").text

    def test_only_what_was_given_up_and_is_a_mail_is_dismissed(self, database, admin):
        waiting, again, fact = a_mail(database), a_mail(database), a_mail(database)
        for each in (again, fact):
            give_up(database, each)
        with database.write() as db:
            db.get_one(OutboxEvent, fact).name = "certificate.earned"
            office.try_again(db, admin, [again], now=NOW)
        with database.write() as db:
            assert office.dismiss(db, admin, [waiting, again, fact], now=NOW) == 0
        with database.read() as db:
            assert set(db.scalars(select(OutboxEvent.dismissed_at))) == {None}

    def test_only_the_office_tries_again(self, database):
        event_id = a_mail(database)
        give_up(database, event_id)
        student = an_actor("student", "instructor")
        with pytest.raises(Forbidden), database.write() as db:
            office.try_again(db, student, [event_id], now=NOW)
        with pytest.raises(Forbidden), database.write() as db:
            office.try_all_again(db, student, now=NOW)
        with pytest.raises(Forbidden), database.write() as db:
            office.dismiss(db, student, [event_id], now=NOW)
        with pytest.raises(Forbidden), database.write() as db:
            office.restore(db, student, [event_id], now=NOW)
        assert dead(database) == {event_id}
        assert acts(database) == []

    def test_the_audit_names_a_worker_that_has_gone(self, database):
        """O10: not one that never ran, for then nobody has started the academy yet."""
        a_mail(database)
        with database.read() as db:
            assert checks.what_waits_has_a_worker(db, now=NOW) == []
        beat(database, *EventKind)
        with database.read() as db:
            assert checks.what_waits_has_a_worker(db, now=NOW + 3 * MINUTE) == []
            (sentence,) = checks.what_waits_has_a_worker(db, now=NOW + 4 * MINUTE)
        assert sentence == (
            "Nobody delivers mails (1 waiting). The worker for mails was last seen 4 minutes ago."
        )


def dead(database: Database) -> set[EventId]:
    with database.read() as db:
        return set(db.scalars(select(OutboxEvent.id).where(OutboxEvent.dead_at.is_not(None))))


def acts(database: Database) -> list[tuple[object, object]]:
    with database.read() as db:
        rows = db.execute(
            select(AuditEvent.actor_id, AuditEvent.subject_id).where(
                AuditEvent.action == "outbox.tried_again"
            )
        )
        return [(row.actor_id, row.subject_id) for row in rows]


class TestDoctor:
    @pytest.fixture
    def examined(self, sqlite_database, clock_file, monkeypatch):
        monkeypatch.setenv("PRECEPTOR_ENV", "test")
        monkeypatch.setenv("PRECEPTOR_TEST_CLOCK", str(clock_file))
        monkeypatch.setenv("PRECEPTOR_DATABASE_URL", sqlite_database.url.render_as_string())

        def examine(**settings: str):
            for name, value in settings.items():
                monkeypatch.setenv(f"PRECEPTOR_{name.upper()}", value)
            printed = CliRunner().invoke(cli.app, ["doctor", "--json"])
            return {finding["subject"]: finding for finding in json.loads(printed.stdout)}

        return examine

    def test_workers_and_what_waits(self, examined, sqlite_database):
        new = examined()
        assert new["mails"]["fine"]
        assert new["mails"]["detail"] == (
            "0 waiting, 0 given up. No worker for mails ever ran here."
        )
        assert (new["mail server"]["detail"], new["space"]["fine"]) == (
            "none: mails are kept",
            True,
        )
        a_mail(sqlite_database, at=NOW - 45 * MINUTE)
        beat(sqlite_database, EventKind.facts)
        beat(sqlite_database, EventKind.mails, at=NOW - 44 * MINUTE)
        late = examined()
        assert (late["facts"]["detail"], late["facts"]["fine"]) == ("0 waiting, 0 given up", True)
        assert late["mails"] == {
            "subject": "mails",
            "detail": "1 waiting, 0 given up. The worker for mails was last seen 44 minutes ago. "
            "The oldest has waited for 45 minutes.",
            "verdict": "fault",
            "remedy": "Start it: the server with one process, “preceptor work” beside several.",
            "fine": False,
        }

    def test_the_mail_server_is_looked_at_and_gets_nothing(
        self, examined, monkeypatch, tmp_path: Path
    ):
        authority = Authority(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        fine = PlayedServer(tls=authority.context_for("localhost"), tls_at_once=True)
        wrong = PlayedServer(tls=authority.context_for(NAME), tls_at_once=True)
        with fine.running(), wrong.running():
            finding = examined(mail_url=f"smtps://localhost:{fine.port}")["mail server"]
            assert finding["detail"] == "localhost takes our mails over TLS"
            assert finding["fine"]
            finding = examined(mail_url=f"smtps://localhost:{wrong.port}")["mail server"]
        assert not finding["fine"]
        assert "certificate that is not valid for this name: Hostname mismatch" in finding["detail"]
        assert fine.mails == wrong.mails == []
        assert b"MAIL" not in fine.in_secret.upper().split()

    def test_a_clock_behind_the_data_is_said(self, examined, sqlite_database):
        beat(sqlite_database, *EventKind, at=NOW + 60 * MINUTE)
        finding = examined()["clock"]
        assert not finding["fine"]
        assert "1 hour ahead of this clock" in finding["detail"]
        beat(sqlite_database, *EventKind, at=NOW + MINUTE)
        assert examined()["clock"]["fine"]


class TestTheOutboxAndAClockThatWasAhead:
    @pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=1), timedelta(days=365)])
    def test_a_mail_recorded_ahead_goes_out_when_the_clock_is_back(self, app, database, ahead):
        """V21: it waited a day."""
        event_id = a_mail(database, at=NOW + ahead)
        assert jobs.deliver_due(database, app.state.mailer, ISSUER, now=NOW) == 1
        with database.read() as db:
            assert db.get_one(OutboxEvent, event_id).done_at == NOW

    def test_a_try_or_a_lease_that_lies_ahead_of_any_wait_counts_for_nothing(self, app, database):
        event_id = a_mail(database)
        for values in (
            {"tries": 3, "available_at": NOW + timedelta(hours=5), "leased_until": None},
            {"tries": 3, "available_at": NOW, "leased_until": NOW + timedelta(days=1)},
        ):
            with database.write() as db:
                db.execute(
                    update(OutboxEvent)
                    .where(OutboxEvent.id == event_id)
                    .values(done_at=None, **values)
                )
            assert jobs.deliver_due(database, app.state.mailer, ISSUER, now=NOW) == 1

    def test_a_wait_and_a_lease_of_now_are_kept(self, app, database):
        event_id = a_mail(database)
        for values in (
            {"tries": 3, "available_at": NOW + timedelta(hours=4), "leased_until": None},
            {"tries": 3, "available_at": NOW, "leased_until": NOW + timedelta(minutes=5)},
        ):
            with database.write() as db:
                db.execute(update(OutboxEvent).where(OutboxEvent.id == event_id).values(**values))
            assert jobs.deliver_due(database, app.state.mailer, ISSUER, now=NOW) == 0
            with database.read() as db:
                assert db.scalars(select(OutboxEvent.done_at)).all() == [None]


def test_the_migrations_go_down_and_up_with_mails_in_the_database(sqlite_template, tmp_path):
    """Going back loses the signs of life and nothing else; the mails are still delivered."""
    path = tmp_path / "migrated.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    beat(database, *EventKind)
    waiting, given_up = a_mail(database), a_mail(database)
    give_up(database, given_up)
    migrate.downgrade(database, "20261129_0070")
    with database.read() as db:
        names = set(db.execute(text("SELECT name FROM sqlite_master")).scalars())
        assert "worker_heartbeats" not in names
        assert "ix_outbox_events_given_up" not in names
        assert db.execute(text("SELECT count(*) FROM outbox_events")).scalar_one() == 2
    migrate.upgrade(database)
    assert dead(database) == {given_up}
    with database.read() as db:
        facts, mails = deliveries(db, now=NOW)
        assert (mails.waiting, mails.given_up, mails.heartbeat.at) == (1, 1, None)
        assert db.get_one(OutboxEvent, waiting).payload["to"] == "ned@example.org"
        assert facts.waiting == 0
    database.close()
