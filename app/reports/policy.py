"""Who may read results. The query limits whose results an instructor sees: see `students`."""

from app.kit.actor import Actor


def may_see_results(actor: Actor) -> bool:
    """Admins see every student of a course, instructors those of the groups they look after."""
    return actor.is_staff
