"""Checks of background work: deliveries by the workers, and the nightly runs."""

from datetime import datetime

from app.db.database import Database
from app.doctor.findings import Finding, Verdict, attention, fault
from app.home.status import run_problems
from app.operations.runs import RunKind, last_runs
from app.outbox.health import Delivery, deliveries
from app.settings import Settings

REMEDIES = {
    RunKind.audit: "Run “preceptor audit”, and see that the nightly unit does.",
    RunKind.backup: "Run “preceptor backup FOLDER --keep”, and see that the nightly unit does.",
    RunKind.sweep: "See that a worker runs: it deletes what is over.",
}


def look_at_deliveries(database: Database, *, now: datetime) -> list[Finding]:
    with database.read() as db:
        return [_delivery(each, now) for each in deliveries(db, now=now)]


def _delivery(delivery: Delivery, now: datetime) -> Finding:
    """Report what waits to be delivered and whether a worker is running."""
    problems = delivery.problems(now)
    counts = f"{delivery.waiting:,} waiting, {delivery.given_up:,} given up"
    words = " ".join((f"{counts}.", *map(str, problems))) if problems else counts
    subject = str(delivery.kind)
    if delivery.heartbeat.at is None and not delivery.waiting:
        return Finding(subject, words)  # nobody has started the academy yet
    if problems:
        is_silent = delivery.heartbeat.is_silent(now)
        start = "Start it: the server with one process, “preceptor work” beside several."
        return fault(subject, words, start if is_silent else "See “System status” for admins.")
    if delivery.given_up:
        return attention(subject, words, "Decide about them under “Undelivered”.")
    return Finding(subject, words)


def look_at_runs(database: Database, settings: Settings, *, now: datetime) -> list[Finding]:
    """Check when the last audit, backup and deletion of old data ran, and how they ended."""
    with database.read() as db:
        runs = last_runs(db)
    findings = []
    for run in runs:
        subject = f"last {run.kind}"
        problems = run_problems((run,), settings, now=now)
        if problems:
            never = run.ended_at is None
            verdict = Verdict.attention if never else Verdict.fault
            findings.append(Finding(subject, str(problems[0]), verdict, REMEDIES[run.kind]))
        else:
            when = f"{run.ended_at:%Y-%m-%d %H:%M} UTC. " if run.ended_at else "never; "
            findings.append(Finding(subject, f"{when}{run.detail or 'not needed here'}"))
    return findings
