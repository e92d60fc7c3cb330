"""Who may assess whom, and who may read the report."""

from app.kit.actor import Actor
from app.kit.ids import UserId
from app.kit.messages import msg


def may_assess(actor: Actor) -> bool:
    """Instructors assess. Whether they teach the practical is checked where the practical is known."""
    return actor.is_instructor


def may_assess_person(actor: Actor, student_id: UserId) -> bool:
    """Nobody assesses themselves, whatever their roles (R-045)."""
    return may_assess(actor) and actor.user_id != student_id


NOT_THEIR_SHEET = msg(
    "Only the instructor who began this assessment, or an admin, can discard it; nobody can who is assessed "
    "in it."
)


def may_discard(actor: Actor) -> bool:
    """Instructors and admins discard sheets; which ones depends on the sheet."""
    return actor.is_staff


def may_discard_sheet(actor: Actor, *, instructor_id: UserId, student_id: UserId) -> bool:
    """The instructor who began it, and any admin; but nobody discards a sheet about themselves
    (R-045)."""
    if actor.user_id == student_id:
        return False
    return actor.is_admin or actor.user_id == instructor_id


def may_see_report(actor: Actor, student_id: UserId, *, is_signed: bool, teaches_it: bool) -> bool:
    """A student sees their own report once it is signed, an admin any signed one; the instructors of
    the practical see it at any time, unless it is about themselves."""
    if actor.user_id == student_id:
        return is_signed
    return teaches_it or (is_signed and actor.is_admin)


def may_correct_checklists(actor: Actor) -> bool:
    """Admins give planned days the corrected checklist of their course."""
    return actor.is_admin
