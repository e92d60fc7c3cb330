"""Use-cases of a student’s own highlights."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Delete, delete, insert, select
from sqlalchemy.orm import Session

from app.db.rate_limits import Limit, take
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import HighlightId, new_uuid
from app.learning import policy
from app.learning.errors import NotHighlighted
from app.learning.highlights import (
    Highlight,
    Passage,
    joined,
    passage_at,
    quoted,
    refusal_of,
    span_of,
    stored_passage,
)
from app.learning.lesson_reading import LessonPage, lesson_page
from app.learning.models import HighlightRow

HIGHLIGHTED: Final = Limit("highlight", 300, timedelta(hours=1))


def highlight(
    db: Session,
    actor: Actor,
    course_key: str,
    lesson_key: str,
    section: str,
    *,
    words: str,
    before: str,
    now: datetime,
) -> Highlight:
    """Highlight words of a section for the actor; without a section that which has the words first. Where a
    section has them more than once, `before` says what stands before the place that is meant. Highlights
    that the new one overlaps become one with it.

    Raises NotFound without a confirmed place, or if there is no such lesson or section, ModuleLocked,
    NotHighlighted, and TooMany.
    """
    require(policy.may_learn(actor))
    # The count is the lock, too: highlights that two devices send at once are read one after the other.
    take(db, HIGHLIGHTED, str(actor.user_id), now=now)
    page = lesson_page(db, actor, course_key, lesson_key)
    by_section = page.memory.highlights if page.memory else {}
    others = sum(len(each) for each in by_section.values())
    quote = quoted(words)
    anchor = section or page.section_with(quote)
    if anchor not in page.text.anchors:
        raise NotFound
    text = page.text.section(anchor)
    if (why := refusal_of(text.html, quote, others=others)) is not None:
        raise NotHighlighted(why)
    span = span_of(text.html, Passage(quote, 1, quoted(before), ""))
    assert span is not None  # noqa: S101 - `refusal_of` has looked
    whole, inside = joined(text.html, span, by_section.get(anchor, ()))
    for each in inside:
        db.execute(_taken_away(each.highlight_id))
    new = Highlight(HighlightId(new_uuid()), anchor, passage_at(text.html, whole), now)
    _write(db, actor, page, new)
    return new


def _write(db: Session, actor: Actor, page: LessonPage, new: Highlight) -> None:
    db.execute(
        insert(HighlightRow).values(
            id=new.highlight_id,
            user_id=actor.user_id,
            course_key=page.shared.course_key,
            lesson_key=page.lesson.key,
            section=new.section,
            lesson_title=page.lesson.title,
            section_title=page.text.section(new.section).title,
            passage=stored_passage(new.passage),
            marked_at=new.marked_at,
        )
    )


def remove_highlight(
    db: Session, actor: Actor, course_key: str, highlight_id: HighlightId
) -> tuple[str, str]:
    """Take a highlight of the actor away, and return the keys of its lesson and section. Raise NotFound."""
    require(policy.may_learn(actor))
    row = HighlightRow
    place = db.execute(
        select(row.lesson_key, row.section)
        .where(row.id == highlight_id, row.user_id == actor.user_id, row.course_key == course_key)
        .with_for_update()
    ).one_or_none()
    if place is None:
        raise NotFound
    db.execute(_taken_away(highlight_id))
    return place.lesson_key, place.section


def _taken_away(highlight_id: HighlightId) -> Delete:
    row = HighlightRow
    return delete(row).where(row.id == highlight_id).execution_options(synchronize_session=False)
