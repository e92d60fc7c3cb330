"""Use-cases of “Was this clear?”: a student’s vote on a section of a lesson.

Nothing here is an act in the history: a vote is anonymous to the staff, and the history would name its voter.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.db.rate_limits import Limit, take
from app.db.upsert import insert_into
from app.kit.actor import Actor, require
from app.kit.ids import VoteId, new_uuid
from app.learning import policy
from app.learning.clarity import ClarityAnswer
from app.learning.models import SectionVoteRow
from app.learning.steps.open_sections import open_section

VOTED: Final = Limit("section vote", 120, timedelta(hours=1))


def vote_on_section(
    db: Session,
    actor: Actor,
    course_key: str,
    lesson_key: str,
    section: str,
    *,
    answer: ClarityAnswer,
    words: str | None,
    now: datetime,
) -> None:
    """Write whether a section of the actor’s revision was clear to them, or take their vote back. A later
    vote replaces an earlier one. `words` say what was not clear; None leaves those on record. A section
    that was clear has none.

    Raises NotFound without a confirmed place, or if there is no such lesson or section, ModuleLocked, and
    TooMany.
    """
    require(policy.may_learn(actor))
    place = open_section(db, actor, course_key, lesson_key, section)
    take(db, VOTED, str(actor.user_id), now=now)
    this = {
        "user_id": actor.user_id,
        "revision_id": place.revision_id,
        "lesson_key": lesson_key,
        "section": section,
    }
    if answer is ClarityAnswer.none:
        _take_back(db, this)
        return
    is_clear = answer is ClarityAnswer.yes
    values: dict[str, Any] = {
        "lesson_title": place.lesson.title,
        "section_title": place.section.title,
        "is_clear": is_clear,
        "voted_at": now,
    }
    if is_clear or words is not None:
        values["words"] = "" if is_clear else words
    new = {"id": VoteId(new_uuid()), "course_key": course_key, "words": "", **this, **values}
    db.execute(
        insert_into(db, SectionVoteRow)
        .values(**new)
        .on_conflict_do_update(index_elements=[*this], set_=values)
    )


def _take_back(db: Session, this: Mapping[str, Any]) -> None:
    """Delete the vote with these values, if there is one."""
    mine = [getattr(SectionVoteRow, name) == value for name, value in this.items()]
    db.execute(delete(SectionVoteRow).where(*mine).execution_options(synchronize_session=False))
