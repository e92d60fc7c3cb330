"""What staff do about the attempts of students, in each state of its pages: exceptions, time after an outage,
attempts that run, and late answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.accounts import groups
from app.db.database import Database
from app.kit.actor import Actor, Role
from app.kit.ids import AttemptId
from app.reports import extensions, late_answers
from tests.integration.quizzes.conftest import Pupil
from tests.make import NOW
from tests.make.exceptions import a_stored_exception
from tests.make.people import a_user, with_needs
from tests.sight.quiz_states import MINUTE, NEEDLE, PageInState, State, a_pupil, needle_course

AT = f"small-course/{NEEDLE}"
EXCEPTIONS, NEW, OUTAGE = "/admin/exceptions", "/admin/exceptions/new", "/results/outage"
REASON = "The network of the classroom failed."
LONDON = ZoneInfo("Europe/London")


def an_admin(database: Database) -> Actor:
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


def at_needles(database: Database) -> Pupil:
    """A student who may take the quiz of ten minutes."""
    return a_pupil(database, None, "skin")


# Exceptions.


def exceptions(database: Database, *, query: str = "", words: str) -> PageInState:
    """One that holds and one that has ended."""
    admin, pupil = an_admin(database), at_needles(database)
    with database.write() as db:
        own = {"user_id": pupil.actor.user_id, "time_percent": 125}
        a_stored_exception(db, admin.user_id, **own, ended_at=NOW, ended_by=admin.user_id)
        terms = {"extra_attempts": 2, "opens_at": NOW, "closes_at": NOW + timedelta(days=9)}
        a_stored_exception(db, admin.user_id, **own, **terms)
    return PageInState(admin, EXCEPTIONS + query, words)


def no_exceptions(database: Database, *, query: str = "", words: str) -> PageInState:
    return PageInState(an_admin(database), EXCEPTIONS + query, words)


def exception(database: Database, *, words: str, **ends: bool) -> PageInState:
    admin, pupil = an_admin(database), at_needles(database)
    with database.write() as db:
        end = {"ended_at": NOW, "ended_by": admin.user_id} if ends else {}
        own = {"user_id": pupil.actor.user_id, "time_percent": 150, "reason_is_told": True}
        exception_id = a_stored_exception(db, admin.user_id, **own, **end)
    return PageInState(admin, f"{EXCEPTIONS}/{exception_id}", words)


def exception_form(database: Database, *, words: str, **values: str) -> PageInState:
    """The form for a student whose attempt runs; `values` that give something lead to who gains what."""
    admin, pupil = an_admin(database), at_needles(database)
    pupil.start(NEEDLE)
    query = urlencode({"whom": f"person:{pupil.actor.user_id}", "at": AT, **values})
    return PageInState(admin, f"{NEW}?{query}", words)


def exception_preview_refused(database: Database) -> PageInState:
    """Without a reason."""
    page = exception_form(database, words="There is a problem", check="yes", extra_minutes="15")
    return replace(page, typed={"reason": ""})


def needs(database: Database) -> PageInState:
    admin = an_admin(database)
    pupil = at_needles(database)
    with database.write() as db:
        with_needs(db, pupil.actor, "More time to read.")
    return PageInState(admin, f"{EXCEPTIONS}/needs", "Give more time")


def no_needs(database: Database) -> PageInState:
    return PageInState(an_admin(database), f"{EXCEPTIONS}/needs", "No need waits")


# Time after an outage.


def outage(database: Database, *, words: str, **typed: str) -> PageInState:
    """Somebody sat the quiz for five minutes of it; somebody else had sent their answers."""
    admin, pupil = an_admin(database), at_needles(database)
    pupil.start(NEEDLE, now=NOW - 8 * MINUTE)
    return PageInState(admin, OUTAGE, words, typed=typed)


def local(minutes: int) -> str:
    return f"{(NOW + minutes * MINUTE).astimezone(LONDON):%H:%M}"


DURING = {
    "quiz": AT,
    "day": f"{NOW.astimezone(LONDON):%Y-%m-%d}",
    "began_at": local(-7),
    "ended_at": local(-2),
    "reason": REASON,
}
BEFORE = {**DURING, "began_at": local(-60), "ended_at": local(-50)}


# Attempts that run.


def running(
    database: Database, *, role: Role = Role.admin, query: str = "", words: str
) -> PageInState:
    """An admin sees everybody, an instructor those of their groups."""
    admin, pupil = an_admin(database), at_needles(database)
    pupil.start(NEEDLE)
    with database.write() as db:
        instructor = a_user(db, "Ina Instructor", roles=("instructor",))
        group_id = groups.make_group(db, admin, name="Evening", now=NOW)
        for person, kind in ((instructor, Role.instructor), (pupil.actor, Role.student)):
            groups.add_member(db, admin, group_id, email=person.email, role=kind, now=NOW)
    reader = admin if role is Role.admin else instructor
    return PageInState(reader, f"/results/running{query}", words)


def nobody_running(database: Database) -> PageInState:
    return PageInState(an_admin(database), "/results/running", "No attempt is running")


# One attempt.


def attempt(
    admin: Actor, attempt_id: AttemptId, words: str, typed: Mapping[str, str] | None = None
) -> PageInState:
    return PageInState(admin, f"/results/attempts/{attempt_id}", words, typed=typed or {})


def attempt_running(database: Database, *, words: str, **typed: str) -> PageInState:
    admin, pupil = an_admin(database), at_needles(database)
    return attempt(admin, pupil.start(NEEDLE), words, typed)


def attempt_with_time(database: Database) -> PageInState:
    admin, pupil = an_admin(database), at_needles(database)
    attempt_id = pupil.start(NEEDLE)
    with database.write() as db:
        extensions.give_time_back(
            db, admin, attempt_id, minutes=15, reason=REASON, reason_is_told=True, now=NOW
        )
    return attempt(admin, attempt_id, "15 minutes given back")


def attempt_ended(database: Database) -> PageInState:
    admin, pupil = an_admin(database), at_needles(database)
    return attempt(admin, pupil.finish(NEEDLE, right=False), "Open it again")


def attempt_not_sent(database: Database) -> PageInState:
    course = needle_course("minutes: 10\n", "minutes: 10\nat_time_out: abandon\n")
    admin, pupil = an_admin(database), a_pupil(database, course, "skin")
    page = attempt(admin, pupil.start(NEEDLE), "This attempt was not sent")
    return replace(page, now=NOW + 20 * MINUTE)


def attempt_with_late_answers(
    database: Database, *, words: str, is_accepted: bool = False, **typed: str
) -> PageInState:
    """The answers in time are wrong; the right ones came a minute late."""
    admin, pupil = an_admin(database), at_needles(database)
    attempt_id = pupil.start(NEEDLE)
    started, after = pupil.attempt(attempt_id), NOW + 11 * MINUTE
    pupil.save(attempt_id, 1, pupil.wrong_answer(started, 1))
    for position in (1, 2):
        pupil.save(attempt_id, position, pupil.right_answer(started, position), now=after)
    if is_accepted:
        with database.write() as db:
            late_answers.accept_late_answers(
                db, admin, attempt_id, reason=REASON, reason_is_told=False, now=after
            )
    return replace(attempt(admin, attempt_id, words, typed), now=after)


STATES: dict[str, State] = {
    "exceptions": partial(exceptions, words="1 exception"),
    "exceptions, ended": partial(exceptions, query="?show=ended", words="1 exception"),
    "exceptions, empty": partial(no_exceptions, words="Nobody has an exception"),
    "exceptions, none ended": partial(
        no_exceptions, query="?show=ended", words="No exception has ended"
    ),
    "exceptions, not there": partial(exceptions, query="?q=zebra", words="Nobody found"),
    "exception": partial(exception, words="Holds now"),
    "exception, ended": partial(exception, ended=True, words="Ended"),
    "exception form": partial(exception_form, words="For whom and where"),
    "exception form, refused": partial(
        exception_form,
        words="There is a problem",
        check="yes",
        time="150",
        extra_minutes="zero",
        opens_day="8 December 2026",
    ),
    "exception preview": partial(exception_form, words="Gains it", check="yes", extra_minutes="15"),
    "exception preview, refused": exception_preview_refused,
    "needs": needs,
    "needs, empty": no_needs,
    "outage": partial(outage, words="See who gains time"),
    "outage, preview": partial(outage, words="1 attempt gains time", **DURING),
    "outage, nobody": partial(outage, words="Nobody was sitting this quiz then", **BEFORE),
    "outage, refused": partial(outage, words="There is a problem", quiz="", day="31 June"),
    "running": partial(running, words="Sela Veral"),
    "running, instructor": partial(running, role=Role.instructor, words="Sela Veral"),
    "running, not there": partial(running, query="?q=zebra", words="Nobody"),
    "running, empty": nobody_running,
    "attempt, running": partial(attempt_running, words="Give time back"),
    "attempt, time refused": partial(
        attempt_running, words="There is a problem", minutes="no", reason=""
    ),
    "attempt, time given": attempt_with_time,
    "attempt, ended": attempt_ended,
    "attempt, not sent": attempt_not_sent,
    "attempt, late answers": partial(attempt_with_late_answers, words="2 answers came late"),
    "attempt, late answers refused": partial(
        attempt_with_late_answers, words="There is a problem", late_reason=""
    ),
    "attempt, late answers accepted": partial(
        attempt_with_late_answers, words="Passed", is_accepted=True
    ),
}
