"""Who may read and answer what people ask."""

from app.kit.actor import Actor


def may_see_enquiries(actor: Actor) -> bool:
    """Only the office, because questions hold names and addresses of people without an account."""
    return actor.is_admin


def may_answer(actor: Actor) -> bool:
    return actor.is_admin
