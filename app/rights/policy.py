"""Who may see and end what is held without a right."""

from app.accounts.actor import Actor


def may_end_leftovers(actor: Actor) -> bool:
    """Admins: seats and places are theirs to plan."""
    return actor.is_admin
