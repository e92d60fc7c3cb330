"""Who reads access needs of others, and what they read."""

from dataclasses import dataclass

from app.kit.actor import Actor
from app.kit.ids import UserId
from app.kit.opened import Opened

NEEDS_READ = "accounts.access_needs_read"


@dataclass(frozen=True, slots=True)
class NeedsReader:
    """Who reads access needs, on which page or in which file (`place`), from which network, and why. `place`
    is a word such as "roster"; a file that is taken away needs a reason."""

    actor: Actor
    place: str
    network: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PersonNeeds:
    """A person with access needs. `needs` None: they cannot be read, because no sealing key opens them."""

    user_id: UserId
    name: str
    needs: Opened | None
