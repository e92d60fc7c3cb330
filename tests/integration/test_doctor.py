"""What `preceptor doctor` finds: each fault by the thing that is wrong, with what to do."""

import os
import re
import time
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import text

from app import key_files
from app.accounts.factors.models import TotpFactor
from app.db import migrate
from app.db.database import Database
from app.db.sealed import seal
from app.doctor import databases, folders, key_rings, proxy, work
from app.doctor.examination import examine
from app.doctor.findings import Finding, Look, Verdict, look_at_all
from app.key_files import KeyPurpose
from app.kit.ids import FactorId, new_uuid
from app.operations import health
from app.operations.runs import RunKind, record_run
from app.outbox import heartbeats
from app.outbox.queries import EventKind
from app.settings import Environment, Settings
from app.web import assets
from app.web.seen import ANSWER, QUESTION, Seen, Through, question
from tests.conftest import an_app
from tests.make import NOW
from tests.make.browsing import a_browser
from tests.make.keys import sealing_keys
from tests.make.mail_server import Authority
from tests.make.people import a_user
from tests.make.played_proxy import CLIENT, PlayedProxy
from tests.make.refusing_postgres import refusing_postgres
from tests.make.settings import production_settings

HOUR = timedelta(hours=1)


def by_subject(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings}


class TestLooking:
    def test_one_that_fails_or_hangs_holds_up_no_other(self):
        never = Event()

        def fail() -> list[Finding]:
            raise KeyError("canary@example.org")

        def hang() -> list[Finding]:
            never.wait(30)
            return []

        began = time.monotonic()
        findings = look_at_all(
            [
                Look("failing", fail),
                Look("hanging", hang),
                Look("fine", lambda: [Finding("fine", "it is")]),
                Look("nothing", list),
            ],
            seconds=0.3,
        )
        never.set()
        assert time.monotonic() - began < 5
        assert [each.subject for each in findings] == ["failing", "hanging", "fine"]
        assert [each.verdict for each in findings] == [Verdict.fault, Verdict.fault, Verdict.ok]
        assert "KeyError" in findings[0].detail
        assert "canary" not in str(findings)
        assert findings[1].detail == "gave no answer within 0.3 seconds."

    def test_a_line_says_the_verdict_what_it_is_and_what_to_do(self):
        assert Finding("disk", "fast").line == "ok        disk: fast"
        wrong = Finding("disk", "It is slow.", Verdict.attention, "Buy another.")
        assert wrong.line == "attention disk: It is slow. Buy another."


def test_everything_is_looked_at_and_nothing_is_shown(database, settings):
    secrets = {
        "mail_url": "smtp://canary%40example.org:canary@127.0.0.1:1",
        "mail_from": "Canary <canary@example.org>",
    }
    findings = by_subject(examine(settings.model_copy(update=secrets), now=NOW))
    assert findings.keys() >= {
        "settings",
        "academy",
        "database",
        "schema",
        "keys",
        "needed keys",
        "mail server",
        "proxy",
        "folders",
        "disk",
        "space",
        "assets",
        "facts",
        "mails",
        "last audit",
        "last backup",
        "clock",
        "versions",
    }
    assert findings["mail server"].verdict is Verdict.fault
    assert "canary" not in str(findings)
    assert "@" not in "\n".join(each.line for each in findings.values())
    assert settings.database_url not in str(findings)


def test_a_name_that_is_no_setting_is_named(database, settings, monkeypatch):
    """O18: misspelt settings passed, and what they should have set was left out."""
    monkeypatch.setenv("PRECEPTOR_MALE_URL", "smtp://127.0.0.1:9")
    finding = by_subject(examine(settings, now=NOW))["settings"]
    assert finding.verdict is Verdict.attention
    assert "PRECEPTOR_MALE_URL is no setting. Did you mean PRECEPTOR_MAIL_URL?" in finding.line


def test_a_database_that_refuses_ends_the_looks_inside_it(settings):
    with refusing_postgres("28P01", 'password authentication failed for user "canary"') as port:
        address = f"postgresql+psycopg://canary:canary@127.0.0.1:{port}/canary"
        findings = examine(settings.model_copy(update={"database_url": address}), now=NOW)
    looked_at = by_subject(findings)
    assert looked_at["database"].verdict is Verdict.fault
    assert "refuses the user or the password" in looked_at["database"].detail
    assert "schema" not in looked_at
    assert looked_at["keys"].fine
    assert "canary" not in str(findings)


class TestTheDatabase:
    def test_an_older_and_a_newer_schema(self, database, monkeypatch):
        monkeypatch.setattr(migrate, "head", lambda: "29990101_0010")
        (behind,) = databases.look_at_schema(database)
        assert (behind.verdict, behind.remedy) == (Verdict.fault, "Run “preceptor migrate”.")
        monkeypatch.setattr(databases, "schema_of", lambda _database: migrate.Schema.ahead)
        (ahead,) = databases.look_at_schema(database)
        assert ahead.verdict is Verdict.attention

    @pytest.mark.postgres
    def test_rights_of_an_ordinary_role(self, postgres_database):
        name = f"ordinary_{new_uuid().hex[:12]}"
        with postgres_database.engine.begin() as connection:
            connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD 'canary'"))
        url = postgres_database.url.set(username=name, password="canary")
        ordinary = Database(url.render_as_string(hide_password=False))
        try:
            findings = databases.look_at_rights(ordinary, is_production=True)
            words = " ".join(each.line for each in findings)
            assert "may make no tables" in words
            assert "no backup can be proved" in words
            (own, *_) = databases.look_at_rights(postgres_database, is_production=True)
            assert "administrator of the whole server" in own.detail
        finally:
            ordinary.close()
            with postgres_database.engine.begin() as connection:
                connection.execute(text(f"DROP ROLE {name}"))

    @pytest.mark.parametrize(("apart", "is_fine"), [(0, True), (5, True), (6, False), (-6, False)])
    def test_two_clocks(self, apart, is_fine):
        theirs = NOW + timedelta(seconds=apart)
        finding = databases.compared_clock("clock", "the database", theirs, NOW)
        assert finding.fine is is_fine
        assert is_fine or "6 seconds apart" in finding.detail

    @pytest.mark.postgres
    def test_a_machine_whose_clock_is_wrong(self, postgres_database):
        wrong = lambda: datetime.now(UTC) + HOUR  # noqa: E731 - a clock
        (finding,) = databases.look_at_clocks(
            postgres_database, now=datetime.now(UTC) + 300 * 24 * HOUR, machine=wrong
        )
        assert finding.verdict is Verdict.fault
        assert "3600 seconds apart" in finding.detail


class TestWork:
    def test_runs_that_failed_or_stopped(self, database, settings):
        production = settings.model_copy(update={"env": Environment.production})
        findings = by_subject(work.look_at_runs(database, production, now=NOW))
        assert findings["last backup"].verdict is Verdict.attention
        assert "preceptor backup" in findings["last backup"].remedy
        with database.write() as db:
            for kind, succeeded in ((RunKind.backup, False), (RunKind.audit, True)):
                record_run(db, kind, started_at=NOW, succeeded=succeeded, detail="Words.", now=NOW)
        findings = by_subject(work.look_at_runs(database, production, now=NOW + HOUR))
        assert findings["last backup"].verdict is Verdict.fault
        assert findings["last audit"].fine
        findings = by_subject(work.look_at_runs(database, production, now=NOW + 37 * HOUR))
        assert "older than 36 hours" in findings["last audit"].detail

    def test_a_worker_that_is_gone(self, database):
        with database.write() as db:
            for kind in EventKind:
                heartbeats.beat(db, kind, None, now=NOW)
        assert all(each.fine for each in work.look_at_deliveries(database, now=NOW))
        gone = work.look_at_deliveries(database, now=NOW + timedelta(seconds=46))
        assert [each.verdict for each in gone] == [Verdict.fault, Verdict.fault]
        assert "preceptor work" in gone[0].remedy


class TestKeys:
    @pytest.fixture
    def own_keys(self, settings, tmp_path) -> Settings:
        """Settings with key files of their own."""
        paths = {f"{purpose}_keys": tmp_path / f"{purpose}.keys" for purpose in KeyPurpose}
        own = settings.model_copy(update=paths)
        key_files.make_missing(own, on=NOW.date())
        return own

    def test_apps_whose_sealing_key_is_missing(self, database, settings, own_keys):
        with database.write() as db:
            person = a_user(db)
            db.add(
                TotpFactor(
                    id=FactorId(new_uuid()),
                    user_id=person.user_id,
                    sealed=seal(sealing_keys(), "secret", purpose="test"),
                    created_at=NOW,
                    confirmed_at=NOW,
                    last_step=1,
                )
            )
        (finding,) = key_rings.look_at_needed_keys(database, settings)
        assert finding.fine
        (finding,) = key_rings.look_at_needed_keys(database, own_keys)
        assert finding.verdict is Verdict.fault
        assert "sealing key of 1 authenticator app" in finding.detail
        assert "PRECEPTOR_SEALING_KEYS" in finding.remedy

    def test_access_needs_whose_sealing_key_is_missing(self, database, settings, own_keys):
        with database.write() as db:
            a_user(db, access_needs="A stool")
            a_user(db, "Ann")
        (finding,) = key_rings.look_at_needed_keys(database, settings)
        assert finding.fine
        (finding,) = key_rings.look_at_needed_keys(database, own_keys)
        assert finding.verdict is Verdict.fault
        assert "sealing key of the access needs of 1 person is missing" in finding.detail
        assert "PRECEPTOR_SEALING_KEYS" in finding.remedy

    def test_a_file_that_others_may_read_is_named(self, own_keys):
        own_keys = own_keys.model_copy(update={"env": Environment.production})
        assert key_rings.look_at_key_files(own_keys)[0].fine
        own_keys.sealing_keys.chmod(0o640)
        (finding,) = key_rings.look_at_key_files(own_keys)
        assert finding.verdict is Verdict.attention
        assert "PRECEPTOR_SEALING_KEYS" in finding.detail
        assert "SIGNING" not in finding.detail
        own_keys.signing_keys.unlink()
        assert key_rings.look_at_key_files(own_keys)[0].verdict is Verdict.fault


class TestFolders:
    def test_what_is_open_missing_or_full(self, sqlite_database, tmp_path, monkeypatch):
        tmp_path.chmod(0o755)
        settings = Settings(**production_settings(tmp_path))
        (tmp_path / "files").mkdir(mode=0o755)
        os.chmod(sqlite_database.url.database, 0o644)  # noqa: PTH101 - a text
        words = [each.detail for each in folders.look_at_folders(sqlite_database, settings)]
        assert words == [
            "Others may look into the folder of the database.",
            "Others may read the file of the database.",
            "Others may look into the folder of the files.",
        ]
        for path, mode in (
            (tmp_path, 0o700),
            (tmp_path / "files", 0o750),
            (tmp_path / "preceptor.db", 0o600),
        ):
            path.chmod(mode)
        assert all(each.fine for each in folders.look_at_folders(sqlite_database, settings))
        assert folders.look_at_space(sqlite_database, settings)[0].fine
        monkeypatch.setattr(folders, "LITTLE_SPACE", 10**15)
        (full,) = folders.look_at_space(sqlite_database, settings)
        assert full.verdict is Verdict.fault
        assert health.LITTLE_SPACE > 0
        away = Database(f"sqlite:///{tmp_path}/not/there.db")
        assert folders.look_at_folders(away, settings)[0].verdict is Verdict.fault

    def test_assets_that_are_not_made(self, tmp_path, monkeypatch):
        assets.build_assets(folders.STATIC, folders.ROOT / "var" / "assets")
        assert folders.look_at_assets()[0].fine
        monkeypatch.setattr(folders, "ROOT", tmp_path)
        assert not assets.is_built(folders.STATIC, tmp_path / "var" / "assets")
        (finding,) = folders.look_at_assets()
        assert finding.verdict is Verdict.attention
        assert "preceptor assets" in finding.remedy


class TestTheProxy:
    """One application with an https address; each case is one mistake of the proxy in front of it."""

    @pytest.fixture
    def behind(self, settings, made_apps, portal):
        changes = {"base_url": "https://localhost", "trusted_proxy": "127.0.0.1"}
        app = an_app(made_apps, settings.model_copy(update=changes))
        yield a_browser(app, portal, network="127.0.0.1")
        app.state.app_context.database.close()

    @pytest.fixture
    def findings(self, settings, tmp_path, monkeypatch):
        authority = Authority(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))

        def look(played: PlayedProxy, *, name: str = "localhost", days: int = 30) -> list[Finding]:
            played.tls = authority.context_for(name, days=days)
            with played.running():
                address = f"https://localhost:{played.port}"
                return proxy.look_at_proxy(settings.model_copy(update={"base_url": address}))

        return look

    def test_a_good_one_is_fine_in_everything(self, behind, findings, settings):
        settings.test_clock.write_text("")  # the doctor's question has the real time
        looked_at = by_subject(findings(PlayedProxy(behind)))
        assert {subject: each.detail for subject, each in looked_at.items() if not each.fine} == {}
        assert looked_at["certificate"].detail == "valid for 29 days more"
        assert (
            looked_at["proxy"].detail
            == "passes on the name of the academy and the client's address"
        )

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"host": "127.0.0.1:8000"}, "does not pass on the name of the academy"),
            ({"adds": {}}, "does not say where people come from"),
            ({"behind": None}, "does not reach the server behind it"),
            ({"hides": frozenset({ANSWER})}, "Another program answers"),
            ({"hides": frozenset({"content-security-policy"})}, "content-security-policy"),
        ],
    )
    def test_each_mistake_is_named(self, behind, findings, settings, changes, words):
        settings.test_clock.write_text("")
        looked_at = findings(PlayedProxy(**{"behind": behind, **changes}))
        faults = [each for each in looked_at if each.verdict is Verdict.fault]
        assert words in faults[0].detail
        assert faults[0].remedy

    def test_a_proxy_that_the_settings_do_not_name(self, app, portal, findings, settings):
        settings.test_clock.write_text("")
        stranger = a_browser(app, portal, network="10.1.2.3")
        (finding, *_) = [
            each for each in findings(PlayedProxy(stranger)) if each.subject == "proxy"
        ]
        assert "not in PRECEPTOR_TRUSTED_PROXY" in finding.detail

    def test_figures_that_everybody_may_read(self, behind, findings, settings):
        """Without the marks of a proxy the server takes its requests for those of this host."""
        settings.test_clock.write_text("")
        looked_at = findings(PlayedProxy(behind, adds={}))
        assert "Everybody may read /metrics from outside." in [each.detail for each in looked_at]

    def test_certificates_that_end_or_are_of_another_name(self, behind, findings, settings):
        settings.test_clock.write_text("")
        soon = by_subject(findings(PlayedProxy(behind), days=3))["certificate"]
        assert (soon.verdict, soon.detail) == (Verdict.attention, "It ends in 2 days.")
        (expired,) = findings(PlayedProxy(behind), days=-1)
        assert "certificate has expired" in expired.detail
        (other,) = findings(PlayedProxy(behind), name="other.test")
        assert "not valid for the address of the academy" in other.detail

    def test_nobody_there(self, settings):
        https = settings.model_copy(update={"base_url": "https://localhost:1"})
        (finding,) = proxy.look_at_proxy(https)
        assert finding.detail == "Nobody listens at PRECEPTOR_BASE_URL."

    def test_where_http_leads_to(self):
        with PlayedProxy(None, redirects_to="https://localhost").running() as played:
            (finding,) = proxy.redirect_of("localhost", played.port)
            assert finding.fine
        with PlayedProxy(None, redirects_to="http://localhost").running() as played:
            (finding,) = proxy.redirect_of("localhost", played.port)
            assert finding.verdict is Verdict.fault
        (finding,) = proxy.redirect_of("localhost", 1)
        assert finding.verdict is Verdict.attention


class TestTheQuestionOfTheDoctor:
    """Who has the secret of the installation learns what the server sees; nobody else."""

    def ask(self, browser, settings, proof, **headers):
        answer = browser.get("/readyz", headers={QUESTION: proof, **headers})
        return answer.headers.get(ANSWER)

    def test_only_the_secret_opens_it_and_only_for_minutes(self, client, settings):
        secret = settings.secret_key.get_secret_value()
        right = question(secret, NOW)
        assert Seen.read(self.ask(client, settings, right)) == Seen("testserver", Through.nothing)
        marked = {"x-forwarded-for": CLIENT}
        told = self.ask(client, settings, right, **marked)
        assert Seen.read(told).through is Through.unnamed_proxy
        assert re.fullmatch(r"\d{10}\.[0-9a-f]{64}", right)
        for wrong in (
            question("another secret", NOW),
            question(secret, NOW - timedelta(seconds=301)),
            question(secret, NOW + timedelta(seconds=301)),
            right[:-1],
            f"{right}0",
            "1.2.3",
            "",
            "é",
            f"{'9' * 400}.{right.partition('.')[2]}",
        ):
            assert self.ask(client, settings, wrong.encode()) is None
        assert ANSWER not in client.get("/readyz").headers
