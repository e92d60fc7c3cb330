"""Fills an empty database with the demo academy."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from app import jobs
from app.accounts import passwords
from app.accounts import queries as people
from app.binding import bind
from app.certificates.signing import Issuer
from app.courses import queries as courses
from app.db.database import Database
from app.demo.assessing import assess
from app.demo.days import hold_days
from app.demo.diary import Diary
from app.demo.enquiries import ask
from app.demo.intakes import open_intakes
from app.demo.joining import join
from app.demo.people import ADMIN, INSTRUCTORS, PASSWORD, STUDENTS
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
    password_hash = passwords.hash_of_password(PASSWORD)
    with _nothing_collected(), database.write() as db:
        course = courses.current(db, COURSE)
        if course is None or people.person_by_email(db, ADMIN.email) is not None:
            return False
        # All names are checked with the printer together, rather than one by one.
        glyph_check.letters_not_drawn(
            person.certificate_name or person.name for person in (*STUDENTS, *INSTRUCTORS)
        )
        diary = Diary(db, course.course, now, issuer, sealing)
        _write_down(diary, password_hash)
        diary.live()
        jobs.act_on_facts(db, issuer, now=now)
    sweep(database, now=now)
    return True


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
    show_proofs(diary)
    hold_days(diary)
    assess(diary)
    ask(diary)
    read_notices(diary)
