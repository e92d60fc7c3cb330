"""Who may write, read and moderate in conversations."""

from app.kit.actor import Actor
from app.kit.ids import UserId


def may_ask(actor: Actor) -> bool:
    """Students ask; whether they have a place on the course is checked by the use-case."""
    return actor.is_student


def may_see_inbox(actor: Actor) -> bool:
    """Instructors see the questions of the students whom they look after, admins all (`visibility`)."""
    return actor.is_staff


def may_answer(actor: Actor, student_id: UserId, *, is_visible: bool) -> bool:
    """Who sees a question may answer it, but nobody answers themselves."""
    return actor.is_staff and is_visible and actor.user_id != student_id


def may_moderate(actor: Actor) -> bool:
    """Only admins remove messages and close the questions of others."""
    return actor.is_admin
