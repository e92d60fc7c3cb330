"""Who may open the document of a certificate, and who manages certificates."""

from app.kit.actor import Actor
from app.kit.ids import UserId


def may_manage(actor: Actor) -> bool:
    """Admins list, revoke and reissue certificates."""
    return actor.is_admin


def may_open(actor: Actor, holder_id: UserId) -> bool:
    """The holder and admins may open the document."""
    return actor.user_id == holder_id or actor.is_admin
