"""Who may read the history."""

from app.kit.actor import Actor


def may_read_history(actor: Actor) -> bool:
    """Admins only. It tells of everybody's sign-ins, payments and corrections."""
    return actor.is_admin
