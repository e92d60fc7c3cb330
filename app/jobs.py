"""From the name of an outbox event to a use-case; the only place where a lower feature's fact reaches
a higher feature. Handlers are idempotent: an event may come twice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.accounts import sign_ins
from app.accounts.factors import resets
from app.certificates import blocks as certificate_blocks
from app.certificates import service as certificates
from app.certificates.printing import delete_old_files
from app.certificates.signing import Issuer
from app.db.database import Database
from app.enrolments import closing
from app.enrolments import queries as enrolments
from app.kit.error_descriptions import describe_error
from app.kit.ids import RevisionId, UserId
from app.learning.correction_mails import tell_of_corrected_lessons
from app.mail.mailer import Mailer
from app.outbox import queries as outbox_queries
from app.outbox import service as outbox
from app.outbox.queries import EventKind
from app.practicals import service as practicals
from app.practicals.queries import pending
from app.quizzes import mark_backfill
from app.quizzes import queries as quiz_queries
from app.quizzes import service as quizzes
from app.quizzes.correction_mails import tell_of_corrected_explanations
from app.retention.sweeping import sweep_if_due
from app.rights import service as rights
from app.web.clock import Clock, doubt_about, seconds_passed
from app.workers.clock_watch import ClockWatch, jump_words, moment_ahead
from app.workers.loop import RoundResult, Worker
from app.workers.mails import MailWork, deliver_next

log = structlog.get_logger("preceptor.jobs")

MARKED_AT_ONCE = 100
MAILS_AT_ONCE = 20
HOURLY, TIDY_EVERY = 3600.0, 60.0
"""Seconds between two looks at queues, and between two at sign-ins, waiting lists and the rules of
`app.retention`, which say themselves when they are due. The first of each is a minute after the start."""
STOP_SECONDS = 15.0
"""How long a stop waits for the mail that is on its way. A mail that is cut off is sent again later, with
the same Message-ID."""
Handler = Callable[[Session, dict[str, Any], datetime, Issuer], None]
"""Acts on one fact. The issuer is for those that may issue a certificate."""


def nobody_listens_yet(db: Session, payload: dict[str, Any], now: datetime, issuer: Issuer) -> None:
    """A fact that is recorded although no feature above acts on it."""


def learning_completed(db: Session, payload: dict[str, Any], now: datetime, issuer: Issuer) -> None:
    """Somebody who waits for a practical may have completed what kept them from it, and the fact may
    have been the last one missing for a certificate."""
    practicals.promote_person(
        db, UserId(UUID(payload["user_id"])), str(payload["course_key"]), now=now
    )
    issue_certificate(db, payload, now, issuer)


def issue_certificate(db: Session, payload: dict[str, Any], now: datetime, issuer: Issuer) -> None:
    """A fact that may have been the last one missing."""
    certificates.announce_if_complete(
        db, UserId(UUID(payload["user_id"])), str(payload["course_key"]), now=now
    )


def certificate_earned(db: Session, payload: dict[str, Any], now: datetime, issuer: Issuer) -> None:
    """Everything that a certificate needs is there."""
    certificates.issue_if_complete(
        db, UserId(UUID(payload["user_id"])), str(payload["course_key"]), issuer, now=now
    )


def name_saved(db: Session, payload: dict[str, Any], now: datetime, issuer: Issuer) -> None:
    """A name that certificates print is new."""
    certificates.name_saved(db, UserId(UUID(payload["user_id"])), issuer, now=now)


def look_ahead_to_certificate(database: Database, payload: dict[str, Any]) -> None:
    """Ask the printer about the names on a certificate that is to be issued."""
    wanted = (UserId(UUID(payload["user_id"])), str(payload["course_key"]))
    certificate_blocks.look_ahead(database, [wanted])


def look_ahead_to_name(database: Database, payload: dict[str, Any]) -> None:
    """Ask the printer about a new name, and about every certificate that may have waited for it."""
    certificate_blocks.look_ahead_to_name(database, UserId(UUID(payload["user_id"])))


def tell_of_corrections(
    db: Session, payload: dict[str, Any], now: datetime, issuer: Issuer
) -> None:
    """A course has new errata: whoever learned from the wrong words is told."""
    course_key = str(payload["course_key"])
    lessons: dict[str, list[RevisionId]] = {}
    quizzes_of: dict[str, list[RevisionId]] = {}
    for erratum in payload["errata"]:
        revision_ids = [RevisionId(UUID(text)) for text in erratum["revision_ids"]]
        if erratum["lesson_key"]:
            lessons[erratum["key"]] = revision_ids
        else:
            quizzes_of.setdefault(erratum["quiz_key"], []).extend(revision_ids)
    if lessons:
        tell_of_corrected_lessons(db, course_key, lessons, now=now)
    if quizzes_of:
        tell_of_corrected_explanations(db, course_key, quizzes_of, now=now)


def life_support_seen(db: Session, payload: dict[str, Any], now: datetime, issuer: Issuer) -> None:
    """Somebody who waits for a practical may have lacked only the proof of basic life support."""
    user_id = UserId(UUID(payload["user_id"]))
    for course_key in {place.course_key for place in enrolments.places_of(db, user_id)}:
        practicals.promote_person(db, user_id, course_key, now=now)


def right_ended(db: Session, payload: dict[str, Any], now: datetime, issuer: Issuer) -> None:
    """A place on a course, a role or an account has ended, and what depended on it ends too."""
    by = payload.get("by")
    rights.end_what_depended(
        db,
        UserId(UUID(payload["user_id"])),
        by=UserId(UUID(by)) if by else None,
        ends_places=bool(payload.get("ends_places")),
        now=now,
    )


HANDLERS: dict[str, Handler] = {
    "account.closed": right_ended,
    "account.name_saved": name_saved,
    "account.roles_lost": right_ended,
    "assessment.signed": issue_certificate,
    "certificate.earned": certificate_earned,
    "enrolment.ended": right_ended,
    "course.corrected": tell_of_corrections,
    "learning.completed": learning_completed,
    "life_support.seen": life_support_seen,
    "practical.attended": issue_certificate,
    "quiz.submitted": nobody_listens_yet,
}

LOOK_AHEAD: dict[str, Callable[[Database, dict[str, Any]], None]] = {
    "account.name_saved": look_ahead_to_name,
    "certificate.earned": look_ahead_to_certificate,
}
"""What takes its time and is done for a fact before the block is opened in which it is acted on."""


def act_on_facts(db: Session, issuer: Issuer, *, now: datetime) -> None:
    """Act on every fact that waits, and on those that follow from them, in the transaction of the caller and
    each distinct one once. Used by the demo seeder, which must process all events before it returns."""
    while facts := outbox.take_facts(db, now=now):
        for name, fact in facts:
            HANDLERS[name](db, fact, now, issuer)


def deliver_due(database: Database, mailer: Mailer, issuer: Issuer, *, now: datetime) -> int:
    """Deliver what is due now, the facts first, and return how many events were taken. Stops at a mail that
    the mail server cannot take; a failure is retried later."""
    taken = deliver_facts(database, issuer, now=now)
    for _ in range(MAILS_AT_ONCE):
        done = deliver_next(database, mailer, now=now)
        taken += done.busy
        if done.trouble or not done.busy:
            break
    return taken


def deliver_facts(database: Database, issuer: Issuer, *, now: datetime) -> int:
    """Act on the facts that are due and return how many were taken; a failure is retried later."""
    with database.read() as db:
        if not outbox_queries.is_anything_due(db, EventKind.facts, now=now):
            return 0
    with database.write() as db:
        leased = outbox.lease(db, EventKind.facts, now=now)
    for fact in leased:
        try:
            act_on(database, fact, issuer, now=now)
        except Exception as error:  # whatever a handler raises, the fact stays and is tried again
            log.error("fact failed", name=fact.name, event_id=str(fact.id), exc_info=error)
            with database.write() as db:
                outbox.mark_failed(db, fact, describe_error(error), for_good=True, now=now)
    return len(leased)


def act_on(database: Database, fact: outbox.LeasedEvent, issuer: Issuer, *, now: datetime) -> None:
    """Act on one fact, unless another worker holds it by a newer lease. It is marked first, so that nobody
    else acts on it before the block ends."""
    if look_ahead := LOOK_AHEAD.get(fact.name):
        look_ahead(database, fact.payload)
    with database.write() as db:
        if outbox.mark_done(db, fact, now=now):
            HANDLERS[fact.name](db, fact.payload, now, issuer)


def close_overdue_attempts(database: Database, *, now: datetime) -> int:
    """Close attempts whose time is over and return how many; one that fails holds up no other."""
    with database.read() as db:
        overdue = quiz_queries.overdue_attempts(db, now=now)
    closed = 0
    for attempt_id in overdue:
        try:
            with database.write() as db:
                quizzes.close_overdue(db, attempt_id, now=now)
            closed += 1
        except Exception as error:  # whatever is wrong with it, the next round tries again
            log.error("attempt not closed", attempt_id=str(attempt_id), exc_info=error)
    return closed


def end_sign_ins(database: Database, *, now: datetime) -> None:
    """Mark sign-ins that have expired as ended, so that they stay so when the clock is set back."""
    with database.read() as db:
        if not sign_ins.is_any_expired(db, now=now):
            return
    with database.write() as db:
        sign_ins.end_expired(db, now=now)


def reset_factors(database: Database, *, now: datetime) -> int:
    """Remove the second factors whose reset has waited long enough, each in a transaction of its own, and
    return how many people that were; one that fails holds up no other."""
    with database.read() as db:
        due = resets.due_resets(db, now=now)
    done = 0
    for reset_id in due:
        try:
            with database.write() as db:
                done += resets.carry_out(db, reset_id, now=now)
        except Exception as error:  # whatever is wrong with it, the next round tries again
            log.error("second factor not reset", reset_id=str(reset_id), exc_info=error)
    return done


def close_waiting_lists(database: Database, *, now: datetime) -> int:
    """Close the waiting lists that are over, each in a transaction of its own, and return how many people
    had waited; one list that fails holds up no other."""
    with database.read() as db:
        days = pending.lists_to_close(db, now=now)
        intakes = closing.lists_to_close(db, now=now)
    closings = [
        *(
            partial(practicals.close_waiting_list, practical_id=practical_id, now=now)
            for practical_id in days
        ),
        *(
            partial(closing.close_waiting_list, intake_id=intake_id, now=now)
            for intake_id in intakes
        ),
    ]
    people = 0
    for close in closings:
        try:
            with database.write() as db:
                people += close(db)
        except Exception as error:  # whatever is wrong with it, the next round tries again
            log.error("waiting list not closed", exc_info=error, **_ids(close.keywords))
    return people


def try_blocked_again(database: Database, issuer: Issuer, *, now: datetime) -> None:
    """Try to issue every certificate that waits for a name: a later version may print more letters."""
    with database.read() as db:
        wanted = certificate_blocks.waiting(db)
    for user_id, course_key in wanted:
        try:
            certificate_blocks.look_ahead(database, [(user_id, course_key)])
            with database.write() as db:
                certificates.issue_if_complete(db, user_id, course_key, issuer, now=now)
        except Exception as error:  # whatever is wrong with it, the next round tries again
            log.error("certificate not issued", user_id=str(user_id), exc_info=error)


def _ids(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if name.endswith("_id")}


def hourly(database: Database, files: Path | None = None, *, now: datetime) -> None:
    """Move queues that time has opened, fill in what older versions did not write, and delete old files."""
    with database.write() as db:
        practicals.promote_everywhere(db, now=now)
    fill_in_marks(database)
    if files is not None and (deleted := delete_old_files(files, now=now)):
        log.info("old files deleted", files=deleted)


def fill_in_marks(database: Database) -> None:
    """Write the marks of attempts that were sent to an older version, a few in each transaction."""
    after = mark_backfill.FIRST
    while True:
        with database.read() as db:
            attempts = mark_backfill.unmarked(db, after=after, most=MARKED_AT_ONCE)
        if not attempts:
            return
        with database.write() as db:
            written = mark_backfill.write_marks(db, attempts)
        log.info("marks filled in", attempts=len(attempts), made=written)
        after = attempts[-1]


@dataclass(slots=True)
class FactWork:
    """The rounds of the worker for facts and deadlines. After a jump of the clock nothing is closed,
    promoted or deleted until the clock went evenly for a while: a wrong hour must not end an attempt."""

    database: Database
    clock: Clock
    issuer: Issuer
    seconds: Callable[[], float] = seconds_passed
    files: Path | None = None
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
        if self._tidied_at is None:
            self._tidied_at, self._hourly_at = seconds, seconds - HOURLY + TIDY_EVERY
            self._say_when_ahead(now)
        if seconds - self._tidied_at >= TIDY_EVERY:
            end_sign_ins(self.database, now=now)
            reset_factors(self.database, now=now)
            close_waiting_lists(self.database, now=now)
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
) -> None:
    """Work until told to stop; a thread of a single-process server, or `preceptor work`. Mails have a thread
    of their own: a mail server that is slow holds up nothing else."""
    mails = Worker(EventKind.mails, database, clock, MailWork(database, mailer).round)
    facts = Worker(
        EventKind.facts, database, clock, FactWork(database, clock, issuer, files=files).round
    )
    sending = Thread(target=mails.run, args=(stop,), daemon=True)
    sending.start()
    facts.run(stop)
    sending.join(timeout=STOP_SECONDS)
