"""Who may publish and administer courses."""

from app.kit.actor import Actor


def may_publish(actor: Actor | None) -> bool:
    """Return whether the actor may publish: admins, and the system itself (None), which publishes
    the shipped courses."""
    return actor is None or actor.is_admin


def may_see_revisions(actor: Actor) -> bool:
    return actor.is_admin
