"""Who may do what in accounts."""

from collections.abc import Set

from app.kit.actor import Actor
from app.kit.ids import UserId


def may_manage_people(actor: Actor) -> bool:
    """Return whether the actor may see, invite, close and open accounts, change roles, start resets
    and end sign-ins."""
    return actor.is_admin


def may_record_proof(actor: Actor, person_id: UserId) -> bool:
    """Admins record a proof of basic life support that they have seen, but nobody records their own."""
    return may_manage_people(actor) and actor.user_id != person_id


def may_manage_groups(actor: Actor) -> bool:
    return actor.is_admin


def may_see_group(actor: Actor, instructors: Set[UserId]) -> bool:
    """Admins see every group, an instructor those they look after."""
    return actor.is_admin or (actor.is_instructor and actor.user_id in instructors)
