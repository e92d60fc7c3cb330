"""Recording what a student has completed, and where they are in a lesson."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.db.rate_limits import Limit, take
from app.db.upsert import insert_into
from app.kit.actor import Actor, require
from app.kit.ids import UserId
from app.kit.messages import Message
from app.learning import domain, policy, queries
from app.learning.errors import LessonStaysDone
from app.learning.models import Completed, Completion, ReadingPositionRow
from app.learning.reading_positions import ReadingPosition, moved
from app.learning.steps.completions import COMPLETION, complete
from app.learning.steps.open_sections import open_section

POSITIONS = Limit("reading position", 1_000, timedelta(hours=1))
"""A page sends one for each section that is reached, and nobody reaches so many."""


def mark_lesson_done(
    db: Session, actor: Actor, course_key: str, lesson_key: str, *, now: datetime
) -> tuple[Message, ...]:
    """Record that the actor has done a lesson; a second time changes nothing. Return what that has opened, in
    sentences.

    Raises NotFound without a confirmed place or if there is no such lesson, and ModuleLocked with
    the modules to complete first.
    """
    require(policy.may_learn(actor))
    standing = queries.standing_on(db, actor, course_key)
    queries.find_lesson(standing.course, standing.done, lesson_key)
    complete(
        db,
        actor.user_id,
        course_key,
        Completed.lesson,
        lesson_key,
        standing.published.revision_id,
        now,
        None,
    )
    after = replace(standing.done, lessons=standing.done.lessons | {lesson_key})
    return domain.opened_sentences(standing.course, standing.done, after)


def mark_lesson_not_done(db: Session, actor: Actor, course_key: str, lesson_key: str) -> None:
    """Mark a lesson as not done; a second time changes nothing.

    Raises as mark_lesson_done does, and LessonStaysDone once the module's quiz is passed.
    """
    require(policy.may_learn(actor))
    standing = queries.standing_on(db, actor, course_key)
    module, _ = queries.find_lesson(standing.course, standing.done, lesson_key)
    if domain.stays_done(module, standing.done) or _was_passed_with(
        db, actor.user_id, course_key, lesson_key
    ):
        raise LessonStaysDone
    db.execute(
        delete(Completion).where(
            Completion.user_id == actor.user_id,
            Completion.course_key == course_key,
            Completion.kind == Completed.lesson,
            Completion.item_key == lesson_key,
        )
    )


def _was_passed_with(db: Session, user_id: UserId, course_key: str, lesson_key: str) -> bool:
    """Return whether the quiz of this lesson's module was passed under any revision. A certificate,
    for instance, may rely on that."""
    passed = db.execute(
        select(COMPLETION.item_key, COMPLETION.revision_id).where(
            COMPLETION.user_id == user_id,
            COMPLETION.course_key == course_key,
            COMPLETION.kind == Completed.quiz,
        )
    )
    return any(
        module.quiz == quiz_key and any(lesson.key == lesson_key for lesson in module.lessons)
        for quiz_key, revision_id in passed
        for module in courses.revision(db, revision_id).course.modules
    )


def note_reading(
    db: Session,
    actor: Actor,
    course_key: str,
    lesson_key: str,
    section: str,
    *,
    read: Collection[str] = (),
    ago: timedelta = timedelta(),
    now: datetime,
) -> ReadingPosition:
    """Record that the actor was in a section of a lesson some time `ago`, and has `read` sections of it to
    the end. Return the position that counts now, which is that of another device if it was read later.

    Sections to which the text has no heading are left out of `read`. Raises NotFound without a confirmed
    place, or if there is no such lesson or section, ModuleLocked with the modules to complete first, and
    TooMany above a thousand an hour.
    """
    require(policy.may_learn(actor))
    take(db, POSITIONS, str(actor.user_id), now=now)
    anchors = open_section(db, actor, course_key, lesson_key, section).text.anchors
    at = now - max(ago, timedelta())
    seen = ReadingPosition(section, frozenset(read).intersection(anchors), at)
    return _write_position(db, actor.user_id, course_key, lesson_key, seen)


def mark_section_read(
    db: Session, actor: Actor, course_key: str, lesson_key: str, section: str, *, now: datetime
) -> str:
    """Record that the actor has read a section to the end, and return the anchor of the one after it, at
    which they go on; after the last it is the same. Raises as note_reading does."""
    require(policy.may_learn(actor))
    following = open_section(db, actor, course_key, lesson_key, section).text.after(section)
    goes_on_at = following.anchor if following else section
    seen = ReadingPosition(goes_on_at, frozenset([section]), now)
    _write_position(db, actor.user_id, course_key, lesson_key, seen)
    return goes_on_at


def _write_position(
    db: Session, user_id: UserId, course_key: str, lesson_key: str, seen: ReadingPosition
) -> ReadingPosition:
    """Write the later of two positions. Of two devices that send at once the second waits at the row."""
    row = ReadingPositionRow
    this = {"user_id": user_id, "course_key": course_key, "lesson_key": lesson_key}
    values = {"section": seen.section, "read_sections": seen.stored_read, "read_at": seen.at}
    new = insert_into(db, row).values(**this, **values).on_conflict_do_nothing()
    if db.execute(new.returning(row.user_id)).one_or_none() is not None:
        return seen
    where = (row.user_id == user_id, row.course_key == course_key, row.lesson_key == lesson_key)
    stored = db.execute(
        select(row.section, row.read_sections, row.read_at).where(*where).with_for_update()
    ).one()
    before = ReadingPosition(
        stored.section, frozenset(stored.read_sections.split()), stored.read_at
    )
    after = moved(before, seen.section, seen.read, seen.at)
    if after != before:
        db.execute(
            update(row)
            .where(*where)
            .values(section=after.section, read_sections=after.stored_read, read_at=after.at)
            .execution_options(synchronize_session=False)
        )
    return after
