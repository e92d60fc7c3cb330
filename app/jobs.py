"""The work of the background workers: delivering the outbox, and acting on deadlines."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from app.accounts import queries as account_queries
from app.accounts import sign_ins
from app.accounts.factors import queries as factor_queries
from app.accounts.factors import resets
from app.certificates import blocks as certificate_blocks
from app.certificates import service as certificates
from app.certificates.printing import delete_old_files
from app.certificates.signing import Issuer
from app.db.database import Database
from app.db.search_texts import outdated_rows, searched_tables, write_search_texts
from app.enrolments import closing
from app.enrolments import pending as enrolments_pending
from app.handlers import handlers_with
from app.kit.academy import ReminderDays
from app.kit.actor import SystemActor
from app.learning import plan_mails
from app.learning.pacing import mail_day_begun
from app.mail.mailer import Mailer
from app.outbox import service as outbox
from app.outbox.queries import EventKind
from app.practicals import service as practicals
from app.practicals.queries import pending
from app.practicals.queries.offers import lapses_due
from app.practicals.queries.reminders import due_reminders
from app.quizzes import mark_backfill
from app.quizzes import service as quizzes
from app.quizzes.due_attempts import due_attempts
from app.retention.sweeping import sweep_if_due
from app.web.clock import Clock, doubt_about, seconds_passed
from app.workers import facts
from app.workers.clock_watch import ClockWatch, jump_words, moment_ahead
from app.workers.loop import RoundResult, Worker
from app.workers.mails import MailWork, deliver_next

log = structlog.get_logger("preceptor.jobs")

Result = TypeVar("Result")
WORKER = SystemActor.worker
SHIPPED_REMINDERS = ReminderDays()
MARKED_AT_ONCE = 100
SEARCH_TEXTS_AT_ONCE = 500
MAILS_AT_ONCE = 20
HOURLY, TIDY_EVERY = 3600.0, 60.0
"""Seconds between two rounds: hourly work on waiting lists, and each minute sign-ins, closed lists
and retention, whose rules say themselves when they are due. The first round of each is a minute
after the start."""
STOP_SECONDS = 15.0
"""How many seconds a stop waits for the mail that is being sent. An interrupted mail is sent again
later, with the same Message-ID."""


def act_on_facts(db: Session, issuer: Issuer, *, now: datetime) -> None:
    """Handle every waiting fact, and the facts that follow from them, in the caller's transaction;
    each distinct one once. Used by the demo seeder, which must process all events before it returns.
    Nothing is prepared: the seeder has checked its names."""
    handlers = handlers_with(issuer)
    while deliveries := outbox.take_facts(db, now=now):
        for name, handler, payload in deliveries:
            fact = handlers.fact_of(name, payload)
            handlers.handler_of(fact, handler).act(db, fact, now)


def deliver_due(database: Database, mailer: Mailer, issuer: Issuer, *, now: datetime) -> int:
    """Deliver what is due now, facts first, and return the number of events. Stops at a mail that
    the mail server cannot take; failed events are retried later."""
    taken = deliver_facts(database, issuer, now=now)
    for _ in range(MAILS_AT_ONCE):
        done = deliver_next(database, mailer, now=now)
        taken += done.busy
        if done.trouble or not done.busy:
            break
    return taken


def deliver_facts(database: Database, issuer: Issuer, *, now: datetime) -> int:
    """Deliver the facts that are due and return the number of deliveries; failed ones are retried
    later."""
    return facts.deliver_facts(database, handlers_with(issuer), now=now)


def close_overdue_attempts(database: Database, *, now: datetime) -> int:
    """Record the deadlines of attempts that are over and return the number of attempts. One that fails
    does not stop the others."""
    with database.read() as db:
        overdue = due_attempts(db, now=now)
    works = [
        partial(quizzes.close_overdue, system=WORKER, attempt_id=attempt_id, now=now)
        for attempt_id in overdue
    ]
    return len(_one_by_one(database, works, "attempt not closed"))


def settle_lapsed(database: Database, *, now: datetime) -> int:
    """End the holds and offers that have run out and pass their places on, each practical in its own
    transaction, and return the number of practicals. One that fails does not stop the others."""
    with database.read() as db:
        due = lapses_due(db, now=now)
    works = [
        partial(practicals.settle_practical, system=WORKER, practical_id=practical_id, now=now)
        for practical_id in due
    ]
    return len(_one_by_one(database, works, "places not settled"))


def end_sign_ins(database: Database, *, now: datetime) -> None:
    """Mark expired sign-ins as ended, so that they stay ended if the clock is set back."""
    with database.read() as db:
        if not account_queries.is_any_expired(db, now=now):
            return
    with database.write() as db:
        sign_ins.end_expired(db, WORKER, now=now)


def reset_factors(database: Database, *, now: datetime) -> int:
    """Remove the second factors whose reset has waited long enough, each in its own transaction,
    and return the number of people. One that fails does not stop the others."""
    with database.read() as db:
        due = factor_queries.due_resets(db, now=now)
    works = [
        partial(resets.carry_out, system=WORKER, reset_id=reset_id, now=now) for reset_id in due
    ]
    return sum(_one_by_one(database, works, "second factor not reset"))


def close_waiting_lists(database: Database, *, now: datetime) -> int:
    """Close the waiting lists that are over, each in its own transaction, and return how many
    people had waited. A list that fails does not stop the others."""
    with database.read() as db:
        days = pending.lists_to_close(db, now=now)
        intakes = enrolments_pending.lists_to_close(db, now=now)
    closings = [
        *(
            partial(
                practicals.close_waiting_list, system=WORKER, practical_id=practical_id, now=now
            )
            for practical_id in days
        ),
        *(
            partial(closing.close_waiting_list, system=WORKER, intake_id=intake_id, now=now)
            for intake_id in intakes
        ),
    ]
    return sum(_one_by_one(database, closings, "waiting list not closed"))


def send_weekly_mails(database: Database, zone: ZoneInfo, *, now: datetime) -> int:
    """Send the weekly mails about plans that are due, each in its own transaction, and return their number.
    One that fails does not stop the others."""
    local = now.astimezone(zone)
    with database.read() as db:
        due = enrolments_pending.plans_to_mail(db, day=mail_day_begun(local))
    sent = 0
    for plan in due:
        try:
            with database.write() as db:
                sent += plan_mails.send_weekly_mail(db, WORKER, plan, local=local, now=now) is None
        except Exception as error:  # whatever is wrong with it, the next round tries again
            log.error("weekly mail not sent", plan_id=str(plan.enrolment_id), exc_info=error)
    return sent


def send_reminders(database: Database, days: ReminderDays, *, now: datetime) -> int:
    """Send the reminders of practicals that are due, each in its own transaction, and return their number.
    One that fails does not stop the others."""
    with database.read() as db:
        due = due_reminders(db, days, now=now)
    sent = 0
    for reminder in due:
        try:
            with database.write() as db:
                sent += practicals.send_reminder(db, WORKER, reminder, now=now) is None
        except Exception as error:  # whatever is wrong with it, the next round tries again
            practical_id = str(reminder.practical_id)
            log.error("reminder not sent", practical_id=practical_id, exc_info=error)
    return sent


def try_blocked_again(database: Database, issuer: Issuer, *, now: datetime) -> None:
    """Try to issue every certificate that waits for a name: a later version may print more letters."""
    with database.read() as db:
        wanted = certificate_blocks.waiting(db)
    for user_id, course_key in wanted:
        try:
            certificate_blocks.look_ahead(database, [(user_id, course_key)])
            with database.write() as db:
                certificates.issue_if_complete(db, WORKER, user_id, course_key, issuer, now=now)
        except Exception as error:  # whatever is wrong with it, the next round tries again
            log.error("certificate not issued", user_id=str(user_id), exc_info=error)


def _one_by_one(database: Database, works: Iterable[partial[Result]], failure: str) -> list[Result]:
    """Do each work in a transaction of its own, and return what those that succeeded returned. One that
    fails is logged as `failure` with its ids and does not stop the others; the next round tries it again."""
    results = []
    for work in works:
        try:
            with database.write() as db:
                result = work(db)
        except Exception as error:  # whatever is wrong with it, the next round tries again
            log.error(failure, exc_info=error, **_ids(work.keywords))
        else:
            results.append(result)
    return results


def _ids(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if name.endswith("_id")}


def hourly(database: Database, files: Path | None = None, *, now: datetime) -> None:
    """Promote people on waiting lists whose time has come, fill in data that older versions did not
    write, and delete old files."""
    with database.write() as db:
        practicals.promote_everywhere(db, WORKER, now=now)
    fill_in_marks(database)
    fill_in_search_texts(database)
    if files is not None and (deleted := delete_old_files(files, now=now)):
        log.info("old files deleted", files=deleted)


def fill_in_marks(database: Database) -> None:
    """Write the marks of attempts that an older version received, a few in each transaction."""
    after = mark_backfill.FIRST
    while True:
        with database.read() as db:
            attempts = mark_backfill.unmarked(db, WORKER, after=after, most=MARKED_AT_ONCE)
        if not attempts:
            return
        with database.write() as db:
            written = mark_backfill.write_marks(db, WORKER, attempts)
        log.info("marks filled in", attempts=len(attempts), made=written)
        after = attempts[-1]


def fill_in_search_texts(database: Database) -> None:
    """Write the search texts and sort keys that an older version, or an older rule of folding, left behind,
    a few in each transaction."""
    for searched in searched_tables():
        with database.read() as db:
            ids = [row["row_id"] for row in outdated_rows(db, searched)]
        for start in range(0, len(ids), SEARCH_TEXTS_AT_ONCE):
            with database.write() as db:
                write_search_texts(db, searched, ids[start : start + SEARCH_TEXTS_AT_ONCE])
        if ids:
            log.info("search texts filled in", table=searched.model.__tablename__, rows=len(ids))


@dataclass(slots=True)
class FactWork:
    """The rounds of the worker for facts and deadlines. After a jump of the clock nothing is
    closed, promoted or deleted until the clock has run evenly for a while, because a wrong time
    must not end an attempt."""

    database: Database
    clock: Clock
    issuer: Issuer
    seconds: Callable[[], float] = seconds_passed
    files: Path | None = None
    zone: str = "UTC"
    reminders: ReminderDays = field(default_factory=ReminderDays)
    _watch: ClockWatch = field(default_factory=ClockWatch, init=False)
    _tidied_at: float | None = field(default=None, init=False)
    _hourly_at: float = field(default=0.0, init=False)

    def round(self, now: datetime) -> RoundResult:
        seconds = self.seconds()
        jump = self._watch.look(now, seconds) or doubt_about(self.clock)
        taken = deliver_facts(self.database, self.issuer, now=now)
        if jump is not None:
            return RoundResult(bool(taken), trouble=jump_words(jump))
        taken += close_overdue_attempts(self.database, now=now)
        taken += settle_lapsed(self.database, now=now)
        if self._tidied_at is None:
            self._tidied_at, self._hourly_at = seconds, seconds - HOURLY + TIDY_EVERY
            self._say_when_ahead(now)
        if seconds - self._tidied_at >= TIDY_EVERY:
            end_sign_ins(self.database, now=now)
            reset_factors(self.database, now=now)
            close_waiting_lists(self.database, now=now)
            send_weekly_mails(self.database, ZoneInfo(self.zone), now=now)
            send_reminders(self.database, self.reminders, now=now)
            sweep_if_due(self.database, now=now)
            self._tidied_at = seconds
        if seconds - self._hourly_at >= HOURLY:
            hourly(self.database, self.files, now=now)
            try_blocked_again(self.database, self.issuer, now=now)
            self._hourly_at = seconds
        return RoundResult(bool(taken))

    def _say_when_ahead(self, now: datetime) -> None:
        with self.database.read() as db:
            ahead = moment_ahead(db, now=now)
        if ahead:
            log.error("clock behind the data", words=ahead)


def work_until(
    stop: Event,
    database: Database,
    mailer: Mailer,
    clock: Clock,
    issuer: Issuer,
    files: Path | None = None,
    zone: str = "UTC",
    reminders: ReminderDays = SHIPPED_REMINDERS,
) -> None:
    """Work until told to stop, as a thread of a single-process server or in `preceptor work`. Mails
    have their own thread, so that a slow mail server delays nothing else."""
    mails = Worker(EventKind.mails, database, clock, MailWork(database, mailer).round)
    facts = Worker(
        EventKind.facts,
        database,
        clock,
        FactWork(database, clock, issuer, files=files, zone=zone, reminders=reminders).round,
    )
    sending = Thread(target=mails.run, args=(stop,), daemon=True)
    sending.start()
    facts.run(stop)
    sending.join(timeout=STOP_SECONDS)
