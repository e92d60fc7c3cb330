"""Who may read results. Whose results an instructor sees is narrowed in the query: see `students`."""

from app.accounts.actor import Actor


def may_see_results(actor: Actor) -> bool:
    """Admins see every student of a course, instructors those of the groups they look after."""
    return actor.is_staff
