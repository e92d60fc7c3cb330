"""Who may do what with practicals. Queries report objects that a person may not see as NotFound."""

from app.kit.actor import Actor


def may_book(actor: Actor) -> bool:
    """Students book, give up and wait for their own places."""
    return actor.is_student


def may_manage(actor: Actor) -> bool:
    """Admins plan practicals, and reserve or take away places."""
    return actor.is_admin


def may_teach(actor: Actor) -> bool:
    """Staff see rosters and mark attendance; instructors only for practicals that they teach."""
    return actor.is_staff


def may_see_roster(actor: Actor, *, is_instructor_of: bool) -> bool:
    """Names and access needs are for the instructors of that day, and for admins."""
    return actor.is_admin or (actor.is_instructor and is_instructor_of)
