"""Marks the demo's notices as read if they are older than a week. One student has not signed in
since his last lesson, so that his report and certificate are news for him."""

from datetime import datetime
from functools import partial

from app.demo.diary import Diary
from app.demo.people import GRADUATES, INSTRUCTORS, STUDENTS, DemoPerson
from app.notices import service as notices

READ = 7
"""How many days ago people last read their notices."""

AWAY = GRADUATES[0]


def read_notices(diary: Diary) -> None:
    for person in (*STUDENTS, *INSTRUCTORS):
        at = diary.ago(max(READ, person.quiet) if person is AWAY else READ)
        diary.note(at, partial(_read, diary, person))


def _read(diary: Diary, demo_person: DemoPerson, now: datetime) -> None:
    """Mark everything up to this day as read; people without an account have read nothing."""
    if actor := diary.people.get(demo_person.name):
        notices.mark_all_read(diary.db, actor, until=now, now=now)
