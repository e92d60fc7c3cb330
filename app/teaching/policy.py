"""Who of the staff may read what of a course."""

from app.kit.actor import Actor


def may_read_courses(actor: Actor) -> bool:
    """Instructors and admins read every lesson, quiz and checklist, without a place on the course."""
    return actor.is_staff


def may_read_keys(actor: Actor, *, learns_it: bool) -> bool:
    """Staff read the right answers, except of a course that they take themselves as a student."""
    return actor.is_staff and not learns_it
