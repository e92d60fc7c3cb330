"""Both workers in a real server, with a mail server that takes a mail and never answers."""

import re
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from app.db.database import Database
from app.db.migrate import upgrade
from app.outbox import service as outbox
from app.outbox.health import deliveries
from tests.make.facts import a_waiting_fact
from tests.make.mail_server import HANG, PlayedServer
from tests.make.mails import an_invitation_mail
from tests.make.patience import SECONDS, until
from tests.make.server import Server, a_server


def told(server: Server, path: str = "/readyz") -> str:
    with urllib.request.urlopen(f"{server.url}{path}", timeout=SECONDS) as answer:  # noqa: S310 - loopback
        return answer.read().decode()


def test_a_probe_sees_both_workers_and_a_mail_on_its_way_stops_no_stop(tmp_path: Path):
    address = f"sqlite:///{tmp_path / 'preceptor.db'}"
    database = Database(address)
    upgrade(database)
    with PlayedServer(replies={"DATA.": HANG}).running() as played:
        server = a_server(address, tmp_path, mail_url=f"smtp://127.0.0.1:{played.port}")
        try:
            server.start()
            until(lambda: told(server).startswith("ready\n"))
            now = datetime.now(UTC)
            with database.write() as db:
                outbox.send_to_address(db, "ned@example.org", an_invitation_mail(), now=now)
                a_waiting_fact(db, now=now)
            until(lambda: bool(played.seen))
            until(lambda: "facts: seen" in told(server) and "0 waiting" in told(server))
            assert re.search(r"mails: seen \d+ seconds? ago, 1 waiting", told(server))
            assert 'preceptor_outbox_waiting{kind="mails"} 1.0' in told(server, "/metrics")
            began = time.monotonic()
            server.stop()
            assert time.monotonic() - began < 24
        finally:
            server.kill()
    with database.read() as db:
        facts, mails = deliveries(db, now=datetime.now(UTC))
    assert (facts.waiting, mails.waiting, mails.given_up) == (0, 1, 0)
    database.close()
