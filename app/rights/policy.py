"""Who may see and end things that people hold without a right to them."""

from app.kit.actor import Actor


def may_end_leftovers(actor: Actor) -> bool:
    """Admins: seats and places are theirs to plan."""
    return actor.is_admin
