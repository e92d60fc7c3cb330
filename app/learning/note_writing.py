"""Use-cases of a student’s own notes."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db.rate_limits import Limit, take
from app.db.upsert import insert_into
from app.kit.actor import Actor, require
from app.kit.versions import demand_current
from app.learning import policy
from app.learning.models import SectionNoteRow
from app.learning.section_notes import SectionNote, note_record
from app.learning.steps.open_sections import open_section

NOTED: Final = Limit("note saved", 600, timedelta(hours=1))
"""A script saves while somebody writes, so that a long note is saved many times."""


def write_note(
    db: Session,
    actor: Actor,
    course_key: str,
    lesson_key: str,
    section: str,
    *,
    words: str,
    version: str,
    now: datetime,
) -> SectionNote:
    """Write the actor’s own note about a section; without words it is taken away.

    Raises NotFound without a confirmed place, or if there is no such lesson or section, ModuleLocked, Stale
    if the note was changed since `version`, and TooMany.
    """
    require(policy.may_learn(actor))
    place = open_section(db, actor, course_key, lesson_key, section)
    take(db, NOTED, str(actor.user_id), now=now)
    row = SectionNoteRow
    this = {
        "user_id": actor.user_id,
        "course_key": course_key,
        "lesson_key": lesson_key,
        "section": section,
    }
    values = {
        "lesson_title": place.lesson.title,
        "section_title": place.section.title,
        "words": words,
        "saved_at": now,
    }
    new = insert_into(db, row).values(**this, **values).on_conflict_do_nothing()
    if db.execute(new.returning(row.user_id)).one_or_none() is None:
        where = [getattr(row, name) == value for name, value in this.items()]
        recorded = db.execute(select(row.words).where(*where).with_for_update()).scalar_one()
        demand_current(version, recorded=note_record(recorded), sent=note_record(words))
        db.execute(
            update(row).where(*where).values(**values).execution_options(synchronize_session=False)
        )
    return SectionNote(section, place.section.title, words, now)
