"""Attempts are closed and places given on time, whatever the mail server does (V4)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select

from app import jobs
from app.db.database import Database
from app.learning.facts import LearningCompleted
from app.outbox import service as outbox
from app.outbox.heartbeats import heartbeats
from app.outbox.models import OutboxEvent
from app.practicals.models import Seat
from tests.make import NOW
from tests.make.keys import ISSUER
from tests.make.mail_server import HANG, PlayedServer, mailer_to
from tests.make.mails import an_invitation_mail
from tests.make.patience import SECONDS, until
from tests.make.practicals import a_practical, a_ready_student, a_waiter

DUE = NOW + timedelta(minutes=10)
AFTER = DUE + timedelta(seconds=11)


@contextmanager
def both_workers(app: Any, database: Database, played: PlayedServer) -> Iterator[None]:
    """Run both workers. At the end the mail server hangs up: a worker that waited for it would write into the
    database of another test, a minute later."""
    stop, mailer = Event(), mailer_to(app, played)
    work = Thread(
        target=jobs.work_until, args=(stop, database, mailer, lambda: AFTER, ISSUER), daemon=True
    )
    work.start()
    try:
        yield
    finally:
        stop.set()
        played.hang_up()
        work.join(SECONDS)
        assert not work.is_alive()


@pytest.mark.parametrize(
    "manner",
    [
        {"letter_seconds": 0.3},
        {"replies": {"GREETING": HANG}},
        {"replies": {"DATA.": HANG}},
    ],
    ids=["a letter at a time", "no greeting", "no answer to a mail"],
)
def test_a_stuck_mail_server_holds_up_no_attempt_and_no_place(app, database, pupil, manner):
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    with database.write() as db:
        practical_id = a_practical(db, capacity=1)
        waiting = a_ready_student(db, "Dee")
        a_waiter(db, practical_id, waiting.user_id)
        mail_id = outbox.send_to_address(db, "ned@example.org", an_invitation_mail(), now=NOW)

    def has_place() -> bool:
        with database.read() as db:
            return db.scalar(select(Seat.user_id)) == waiting.user_id

    def beat_of_facts() -> tuple[datetime | None, str | None]:
        with database.read() as db:
            facts, _ = heartbeats(db)
        return facts.at, facts.trouble

    played = PlayedServer(**manner)
    with played.running(), both_workers(app, database, played):
        until(lambda: played.connections == 1)
        fact = LearningCompleted(user_id=waiting.user_id, course_key="small-course")
        with database.write() as db:
            outbox.announce(db, fact, now=AFTER)
        until(lambda: pupil.attempt(attempt_id).submitted_at == DUE)
        until(has_place)
        until(lambda: beat_of_facts() == (AFTER, None))  # it is written when the round has ended
        with database.read() as db:
            mail = db.get_one(OutboxEvent, mail_id)
            assert (mail.done_at, mail.dead_at, mail.tries) == (None, None, 1)
        assert played.mails == []
