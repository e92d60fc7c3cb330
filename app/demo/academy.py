"""Fills an empty database with the demo academy."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from app import jobs
from app.accounts import passwords
from app.accounts import queries as people
from app.binding import bind
from app.certificates.blocks import course_texts
from app.certificates.domain import printable_name
from app.certificates.signing import Issuer
from app.courses import queries as courses
from app.courses.queries import PublishedCourse
from app.db.database import Database
from app.demo.assessing import assess
from app.demo.conversations import ask_about_lessons
from app.demo.days import hold_days
from app.demo.diary import Diary
from app.demo.enquiries import ask
from app.demo.exceptions import give_time
from app.demo.intakes import open_intakes
from app.demo.joining import join
from app.demo.lesson_notes import highlight_in_lessons, note_in_lessons, vote_in_lessons
from app.demo.people import ADMIN, ADMINS, INSTRUCTORS, PASSWORD, STUDENTS
from app.demo.proofs import show_proofs
from app.demo.seed_notices import read_notices
from app.demo.studying import study
from app.documents import glyph_check
from app.kit.keys import SealingKeys
from app.retention.sweeping import sweep

COURSE = "mesotherapy"


def fill_if_empty(
    database: Database, issuer: Issuer, sealing: SealingKeys, *, now: datetime
) -> bool:
    """Make the demo academy in one transaction if the database has no people; return whether it was
    made. Afterwards, old data are deleted by the retention rules."""
    bind()
    with database.read() as db:
        course = _course_to_fill(db)
    if course is None:
        return False
    password_hash = passwords.hash_of_password(PASSWORD)
    # The certificates are issued in one transaction, which must not wait for the printer.
    glyph_check.letters_not_drawn(
        (
            *(printable_name(person.certificate_name) for person in STUDENTS),
            *(printable_name(person.name) for person in (*STUDENTS, *INSTRUCTORS, *ADMINS)),
            *course_texts(course.course),
        )
    )
    with _nothing_collected(), database.write() as db:
        course = _course_to_fill(db)
        if course is None:
            return False
        diary = Diary(db, course.course, now, issuer, sealing)
        _write_down(diary, password_hash)
        diary.live()
        jobs.act_on_facts(db, issuer, now=now)
    sweep(database, now=now)
    return True


def _course_to_fill(db: Session) -> PublishedCourse | None:
    """Return the course of the demo, or None if it is not published or the database has people."""
    if people.person_by_email(db, ADMIN.email) is not None:
        return None
    return courses.current(db, COURSE)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Switch garbage collection off: it finds nothing here and takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _write_down(diary: Diary, password_hash: str) -> None:
    join(diary, password_hash)
    open_intakes(diary)
    study(diary)
    give_time(diary)
    show_proofs(diary)
    hold_days(diary)
    assess(diary)
    ask(diary)
    ask_about_lessons(diary)
    note_in_lessons(diary)
    highlight_in_lessons(diary)
    vote_in_lessons(diary)
    read_notices(diary)
