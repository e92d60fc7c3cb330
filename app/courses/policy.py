"""Who may publish and administer courses."""

from app.kit.actor import Actor, SystemActor


def may_publish(actor: Actor | SystemActor) -> bool:
    """Return whether the actor may publish: admins, and the system, which publishes the shipped
    courses."""
    return isinstance(actor, SystemActor) or actor.is_admin


def may_hide_courses(actor: Actor) -> bool:
    """Admins hide courses and show them again."""
    return actor.is_admin


def may_see_revisions(actor: Actor) -> bool:
    return actor.is_admin
