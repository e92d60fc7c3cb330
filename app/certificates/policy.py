"""Who may hold a certificate in their hands, and who manages them."""

from app.kit.actor import Actor
from app.kit.ids import UserId


def may_manage(actor: Actor) -> bool:
    """Admins list, revoke and issue anew."""
    return actor.is_admin


def may_open(actor: Actor, holder_id: UserId) -> bool:
    """The holder and admins open the document itself."""
    return actor.user_id == holder_id or actor.is_admin
