"""Who may publish and administer courses."""

from app.kit.actor import Actor


def may_publish(actor: Actor | None) -> bool:
    """Admins may; None is the system itself, which publishes what lies beside the program."""
    return actor is None or actor.is_admin


def may_see_revisions(actor: Actor) -> bool:
    return actor.is_admin
