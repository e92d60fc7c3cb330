"""What the people of the demo academy have read of what it wrote to them: all that is older than a week. One
has not been here since his last lesson and finds his report and his certificate as news."""

from datetime import datetime
from functools import partial

from app.demo.diary import Diary
from app.demo.people import GRADUATES, INSTRUCTORS, STUDENTS, DemoPerson
from app.notices import service as notices

READ = 7
"""How many days ago everybody last read their notices."""

AWAY = GRADUATES[0]


def read_notices(diary: Diary) -> None:
    for person in (*STUDENTS, *INSTRUCTORS):
        at = diary.ago(max(READ, person.quiet) if person is AWAY else READ)
        diary.note(at, partial(_read, diary, person))


def _read(diary: Diary, demo_person: DemoPerson, now: datetime) -> None:
    """Read everything up to this day; who has no account yet reads nothing."""
    if actor := diary.people.get(demo_person.name):
        notices.mark_all_read(diary.db, actor, until=now, now=now)
