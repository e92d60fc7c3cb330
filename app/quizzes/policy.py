"""Who may take quizzes and see attempts."""

from app.kit.actor import Actor
from app.kit.ids import UserId


def may_take_quizzes(actor: Actor) -> bool:
    """Students take quizzes; whether they have a place on the course is asked with it."""
    return actor.is_student


def may_see_attempt(actor: Actor, owner_id: UserId) -> bool:
    """An attempt is seen by the student whose it is; to anybody else it does not exist."""
    return actor.is_student and actor.user_id == owner_id
