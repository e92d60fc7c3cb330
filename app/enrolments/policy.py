"""Who may do what with intakes and places. Pure questions."""

from app.kit.actor import Actor
from app.kit.ids import UserId


def may_reserve_own_place(actor: Actor) -> bool:
    """Only students hold places; staff who want to learn also need the student role."""
    return actor.is_student


def may_withdraw(actor: Actor, holder: UserId) -> bool:
    """People may give up only their own place."""
    return actor.user_id == holder


def may_manage_intakes(actor: Actor) -> bool:
    """Intakes, other people's places, invoices: the office."""
    return actor.is_admin
