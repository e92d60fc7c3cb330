"""Whether a member of the staff may read the right answers of a course. Every page that shows them to staff
asks here: the questions of a quiz, and what students answered."""

from sqlalchemy.orm import Session

from app.enrolments.queries import place_on
from app.kit.actor import Actor
from app.quizzes import policy


def reads_keys(db: Session, actor: Actor, course_key: str) -> bool:
    """Return whether this person may read the right answers of a course now."""
    learns_it = actor.is_student and place_on(db, actor.user_id, course_key) is not None
    return policy.may_read_keys(actor, learns_it=learns_it)
