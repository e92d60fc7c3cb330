"""Who may take quizzes and see attempts."""

from app.kit.actor import Actor
from app.kit.ids import UserId


def may_take_quizzes(actor: Actor) -> bool:
    """Students take quizzes. Callers also check that they have a place on the course."""
    return actor.is_student


def may_see_attempt(actor: Actor, owner_id: UserId) -> bool:
    """Only its student may see an attempt; for everybody else it does not exist."""
    return actor.is_student and actor.user_id == owner_id


def may_read_keys(actor: Actor, *, learns_it: bool) -> bool:
    """Staff read the right answers, except of a course that they take themselves as a student."""
    return actor.is_staff and not learns_it
