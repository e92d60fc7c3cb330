"""What the frame of every page shows, and what others show of a public page."""

from dataclasses import dataclass
from datetime import datetime

from app.kit.academy import Academy
from app.kit.actor import Actor
from app.kit.messages import Text
from app.web.application import NavigationItem
from app.web.flash_messages import Flash


@dataclass(frozen=True, slots=True)
class Preview:
    """What search engines and messengers show of a public page. A page without a preview has
    `noindex`, so they do not list it."""

    title: Text
    description: Text
    path: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The values for the frame of every page; templates know it as `visit`."""

    actor: Actor | None
    navigation: tuple[NavigationItem, ...]
    flash: Flash | None
    theme: str
    csrf_token: str
    path: str
    academy: Academy
    environment: str
    request_id: str
    now: datetime
    zone: str
    idempotency_key: str
    base_url: str
    preview: Preview | None
    sign_in_ends_in: int | None
    hides_demo_banner: bool
    back_to: str | None
    service_worker: str | None
    """Its address; None where the academy wants none."""
