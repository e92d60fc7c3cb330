"""Problems of an installation, the most urgent first, each with a sentence and a remedy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.db.migrate import Schema
from app.home.attention import Urgency
from app.kit.errors import Link
from app.kit.messages import Message, msg, msgs, sentences
from app.operations.runs import Run, RunKind
from app.outbox.health import Delivery
from app.outbox.queries import EventKind
from app.settings import Environment, Settings

UNDELIVERED = Link("/admin/outbox", msg("See what is undelivered"))


@dataclass(frozen=True, slots=True)
class StatusProblem:
    """One problem. `remedy` says what to do. `command` is for people with access to the server's
    command line; `link` leads to a page."""

    urgency: Urgency
    words: Message
    remedy: Message
    command: str = ""
    link: Link | None = None


def delivery_problems(delivery: Delivery, now: datetime) -> Iterator[StatusProblem]:
    """Yield what prevents one kind of work, as a single problem with a remedy, and what an admin
    must decide about it."""
    problems = delivery.problems(now)
    if problems:
        urgency, remedy, command = _remedy(delivery, now)
        yield StatusProblem(urgency, problems[0], sentences(*problems[1:], remedy), command)
    if delivery.given_up:
        words, remedy = _given_up(delivery)
        yield StatusProblem(Urgency.now, words, remedy, link=UNDELIVERED)


def _given_up(delivery: Delivery) -> tuple[Message, Message]:
    """Return how many events were given up, and what to do about them."""
    count = delivery.given_up
    if delivery.kind is EventKind.mails:
        return (
            msgs("{n} mail could not be delivered.", "{n} mails could not be delivered.", count),
            msgs("Try again, or dismiss it.", "Try again, or dismiss them.", count),
        )
    words = msgs(
        "{n} piece of follow-up work could not be delivered.",
        "{n} pieces of follow-up work could not be delivered.",
        count,
    )
    return words, msg("Try again.")


def _remedy(delivery: Delivery, now: datetime) -> tuple[Urgency, Message, str]:
    """Return the urgency of an undelivered kind, what to do, and the command for it."""
    beat = delivery.heartbeat
    if beat.is_silent(now):
        is_missed = beat.at is not None or delivery.waiting > 0
        remedy = msg("On the server, see why it does not run, and start it.")
        command = "systemctl status preceptor preceptor-work"
        return Urgency.now if is_missed else Urgency.soon, remedy, command
    if delivery.kind is EventKind.mails and beat.trouble:
        remedy = msg("On the server, try to send a mail to yourself.")
        return Urgency.now, remedy, "preceptor mail test you@example.org"
    remedy = msg("It goes on by itself; on the server, see what the log says.")
    command = "journalctl -u preceptor -u preceptor-work --since -1h -o cat"
    return Urgency.soon, remedy, command


def run_problem(run: Run, now: datetime) -> StatusProblem | None:
    """Return the problem with an audit, a backup or a deletion, or None."""
    words = run.problem(now)
    if words is None:
        return None
    never = run.ended_at is None
    urgency = Urgency.soon if never else Urgency.now
    if run.kind is RunKind.sweep:
        remedy = msg("A worker does it every hour: see on the server whether one runs.")
        return StatusProblem(urgency, words, remedy, "systemctl status preceptor preceptor-work")
    if run.kind is RunKind.audit:
        remedy = msg("On the server, run it now, and see that the nightly run does.")
        if not (never or run.succeeded):
            remedy = msg("See on the server which data it names.")
        return StatusProblem(urgency, words, remedy, "preceptor audit")
    remedy = msg("On the server, make one now, and see that the nightly run does.")
    return StatusProblem(urgency, words, remedy, "preceptor backup /var/backups/preceptor --keep")


def demanded_runs(runs: tuple[Run, ...], settings: Settings) -> tuple[Run, ...]:
    """Return the runs whose problems count. A demo needs no audit and no backup, but once they have
    been run there they should continue."""
    is_production = settings.env is Environment.production
    return tuple(run for run in runs if is_production or run.ended_at is not None)


def schema_problem(schema: Schema) -> StatusProblem | None:
    """Return the problem with the database's schema, or None if it fits this version."""
    if schema is Schema.current:
        return None
    if schema is Schema.ahead:
        words = msg("The database was prepared for a newer version of the software.")
        return StatusProblem(
            Urgency.later,
            words,
            msg("Everything works. Start the newer version when it is ready."),
        )
    if schema is Schema.too_new:
        words = msg("The database belongs to a newer version of the software.")
        return StatusProblem(Urgency.now, words, msg("Start the newer version."))
    if schema is Schema.foreign:
        words = msg("The database does not say for which version of the software it was prepared.")
        remedy = msg("On the server, look at PRECEPTOR_DATABASE_URL.")
        return StatusProblem(Urgency.now, words, remedy, "preceptor doctor")
    words = msg("The database is not prepared for this version of the software.")
    return StatusProblem(Urgency.now, words, msg("On the server, prepare it."), "preceptor migrate")


def space_problem(free: int | None, enough: int) -> StatusProblem | None:
    """Return the problem of too little free space, or None. `free` and `enough` are bytes."""
    if free is None or free >= enough:
        return None
    return StatusProblem(
        Urgency.now,
        msg("There is little free disk space: {megabytes} MB.", megabytes=free // 1024**2),
        msg("Make space on the server: when the disk is full, nothing can be saved."),
    )
