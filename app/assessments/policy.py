"""Who may assess whom, and who may read the report."""

from app.accounts.actor import Actor
from app.kit.ids import UserId


def may_assess(actor: Actor) -> bool:
    """Instructors assess; of which practical is asked where the practical is known."""
    return actor.is_instructor


def may_assess_person(actor: Actor, student_id: UserId) -> bool:
    """Nobody assesses themselves, whatever their roles (R-045)."""
    return may_assess(actor) and actor.user_id != student_id


def may_see_report(actor: Actor, student_id: UserId, *, is_signed: bool, teaches_it: bool) -> bool:
    """A student sees their own report once it is signed, an admin any signed one; the instructors of
    the practical see it at any time, unless it is about themselves."""
    if actor.user_id == student_id:
        return is_signed
    return teaches_it or (is_signed and actor.is_admin)
