"""No handler waits for a network, a printer or a program while a transaction is open (bar 5)."""

import socket
import subprocess
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Connection
from structlog.testing import capture_logs

from app import jobs
from app.accounts.facts import AccountClosed, LifeSupportSeen, NameSaved, RolesLost
from app.assessments.domain import Outcome
from app.assessments.facts import AssessmentSigned
from app.certificates.facts import CertificateEarned
from app.courses.facts import CorrectedPassage, CourseCorrected
from app.courses.models import PublishedErratum
from app.db.database import Database
from app.documents import glyph_check
from app.enrolments.facts import EnrolmentEnded
from app.handlers import handlers_with
from app.kit.ids import ErratumId, SeatId, new_uuid
from app.learning.facts import LearningCompleted
from app.outbox import service as outbox
from app.outbox.facts import Fact
from app.outbox.handlers import Handler, Handlers
from app.outbox.models import OutboxEvent
from app.practicals.facts import PracticalAttended
from app.workers.facts import deliver_facts
from tests.integration.test_worker import an_invitation, inbox, mailer_to
from tests.make import NOW
from tests.make.certificates import Earned, an_earner
from tests.make.keys import ISSUER

__all__ = ["inbox"]

HANDLERS = list(handlers_with(ISSUER))


class Watched:
    """Every start of a program and every connection, and those of them while a transaction was open."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open_transactions = 0
        self.waits: list[str] = []
        self.in_transactions: list[str] = []
        self._listeners = [
            (database.engine, name, self._counting(by))
            for name, by in (("begin", 1), ("commit", -1), ("rollback", -1))
        ]
        for each in self._listeners:
            event.listen(*each)
        for owner, name in (
            (subprocess.Popen, "__init__"),
            (socket.socket, "connect"),
            (socket, "create_connection"),
            (glyph_check, "_try_to_print"),
        ):
            monkeypatch.setattr(owner, name, self._noting(getattr(owner, name), name))

    def end(self) -> None:
        """Stop counting: the next test has the same database."""
        for each in self._listeners:
            event.remove(*each)

    def _counting(self, by: int):
        def count(_connection: Connection) -> None:
            self.open_transactions += by

        return count

    def _noting(self, function, name: str):
        def noted(*arguments, **named):
            self.waits.append(name)
            if self.open_transactions:
                self.in_transactions.append(name)
            return function(*arguments, **named)

        return noted


@pytest.fixture
def earned(database: Database) -> Earned:
    """Somebody who has earned a certificate; what follows from any fact about them is real work."""
    with database.write() as db:
        earned = an_earner(db)
        erratum = {"key": "k", "lesson_key": "skin-layers", "was": "1 mm", "now": "2 mm"}
        db.add(
            PublishedErratum(
                id=ErratumId(new_uuid()),
                course_key=earned.course_key,
                why="It was wrong.",
                published_at=NOW,
                **erratum,
            )
        )
    return earned


@pytest.fixture
def watched(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    # The letters of an earlier test would hide that the printer is needed.
    monkeypatch.setattr(glyph_check, "_remembered", {})
    watched = Watched(database, monkeypatch)
    yield watched
    watched.end()


def fact_for(fact: type[Fact], earned: Earned) -> Fact:
    """Return a fact about somebody who has earned a certificate: it has work for its handlers."""
    person = {"user_id": earned.student.user_id}
    of_course = {**person, "course_key": earned.course_key}
    passage = CorrectedPassage(
        key="k",
        lesson_key="skin-layers",
        quiz_key=None,
        revision_ids=(earned.published.revision_id,),
    )
    return {
        each.name: each
        for each in (
            AccountClosed(**person, ends_places=True),
            RolesLost(**person),
            EnrolmentEnded(**person),
            NameSaved(**person),
            LifeSupportSeen(**person),
            LearningCompleted(**of_course),
            CertificateEarned(**of_course),
            PracticalAttended(**of_course, seat_id=SeatId(new_uuid())),
            AssessmentSigned(
                **of_course, assessment_id=earned.assessment_id, outcome=Outcome.competent
            ),
            CourseCorrected(course_key=earned.course_key, errata=(passage,)),
        )
    }[fact.name]


def announce_to(database: Database, handler: Handler, fact: Fact) -> None:
    """Announce a fact, and leave only the delivery for one handler."""
    with database.write() as db:
        outbox.take_facts(db, now=NOW)
        outbox.announce(db, fact, now=NOW)
        db.flush()
        for row in db.scalars(select(OutboxEvent).where(OutboxEvent.done_at.is_(None))):
            if row.handler not in (None, handler.name):
                row.done_at = NOW


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda each: f"{each.fact.name}-{each.name}")
def test_no_handler_waits_in_a_transaction(database, earned, watched, handler):
    announce_to(database, handler, fact_for(handler.fact, earned))
    assert jobs.deliver_facts(database, ISSUER, now=NOW) == 1
    with database.read() as db:
        row = db.scalars(
            select(OutboxEvent)
            .where(OutboxEvent.handler == handler.name, OutboxEvent.name == handler.fact.name)
            .order_by(OutboxEvent.id.desc())
        ).first()
        assert row is not None
        assert (row.done_at, row.last_error) == (NOW, None)
    assert watched.open_transactions == 0
    assert watched.in_transactions == []
    assert bool(watched.waits) == (handler.prepare is not None)


@pytest.mark.parametrize("step", ["prepare", "act"])
def test_control_a_handler_that_waits_is_seen(database, watched, step):
    """The same check sees a program that a handler starts, and tells the two steps apart."""

    def wait(*_arguments: object) -> None:
        subprocess.run(["true"], check=True)

    class Waited(Fact):
        name = "waited"
        handled_by = ("wait",)

    def nothing(_db: object, _fact: Fact, _now: datetime) -> None:
        """Write nothing."""

    handler = (
        Handler("wait", Waited, nothing, wait)
        if step == "prepare"
        else Handler("wait", Waited, wait)
    )
    with database.write() as db:
        outbox.announce(db, Waited(), now=NOW)
    assert deliver_facts(database, Handlers([handler]), now=NOW) == 1
    assert watched.waits == ["__init__"]
    assert watched.in_transactions == ([] if step == "prepare" else ["__init__"])


def test_an_unchecked_name_is_refused_in_a_transaction_and_tried_again(database, earned, watched):
    """Somebody changes their name between the two steps of a handler: the block must not print it."""
    certificate = next(each for each in HANDLERS if each.name == "issue-certificate")
    announce_to(database, certificate, fact_for(CertificateEarned, earned))
    unprepared = Handler(certificate.name, CertificateEarned, certificate.act)
    with capture_logs():
        assert deliver_facts(database, Handlers([unprepared]), now=NOW) == 1
    with database.read() as db:
        row = db.scalars(
            select(OutboxEvent).where(OutboxEvent.handler == "issue-certificate")
        ).one()
        assert row.done_at is None
        assert str(row.last_error).startswith("PrinterAway")
    assert watched.in_transactions == []
    assert jobs.deliver_facts(database, ISSUER, now=row.available_at) == 1
    with database.read() as db:
        assert db.get_one(OutboxEvent, row.id).done_at == row.available_at


def test_no_mail_is_sent_in_a_transaction(app, database, inbox, watched):
    _, address = inbox
    an_invitation(database)
    assert jobs.deliver_due(database, mailer_to(app, address), ISSUER, now=NOW) == 1
    assert watched.waits != []
    assert watched.in_transactions == []
