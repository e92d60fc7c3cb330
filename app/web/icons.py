"""The icons of the interface. A name that is not here is not drawn; a house rule compares."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from markupsafe import Markup

# Drawings of the `lucide` package, by its names.
LUCIDE: Final = (
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "award",
    "badge-check",
    "bell",
    "book-open",
    "building-2",
    "calendar",
    "calendar-check",
    "calendar-days",
    "calendar-plus",
    "calendar-x",
    "camera",
    "chart-column",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevron-up",
    "chevrons-up-down",
    "circle",
    "circle-alert",
    "circle-check",
    "circle-dot",
    "circle-question-mark",
    "circle-user-round",
    "circle-x",
    "clipboard-check",
    "clipboard-list",
    "clock",
    "credit-card",
    "download",
    "external-link",
    "eye",
    "eye-off",
    "file-text",
    "flag",
    "funnel",
    "globe",
    "graduation-cap",
    "group",
    "hand",
    "hard-drive-download",
    "heart-pulse",
    "history",
    "house",
    "inbox",
    "info",
    "layers",
    "layout-dashboard",
    "lightbulb",
    "link",
    "list-checks",
    "lock",
    "log-in",
    "log-out",
    "mail",
    "map-pin",
    "menu",
    "message-square",
    "minus",
    "monitor",
    "moon",
    "notebook-pen",
    "octagon-alert",
    "octagon-x",
    "package",
    "pause",
    "pencil",
    "phone",
    "play",
    "plus",
    "printer",
    "qr-code",
    "refresh-cw",
    "rotate-ccw",
    "save",
    "search",
    "send",
    "settings",
    "shield",
    "shield-alert",
    "shield-check",
    "sliders-horizontal",
    "star",
    "stethoscope",
    "sun",
    "syringe",
    "test-tube",
    "ticket",
    "timer",
    "trash-2",
    "triangle-alert",
    "undo-2",
    "upload",
    "user",
    "user-check",
    "user-plus",
    "users",
    "video",
    "wallet",
    "wifi-off",
    "x",
    "zoom-in",
)

# Our own drawings, in the same 24 by 24 frame and the same stroke.
OWN: Final = {
    "mark": (
        '<path d="M12 2v5"/>'
        '<path d="M3 10.5c3-2.4 6-2.4 9 0s6 2.4 9 0" opacity=".5"/>'
        '<path d="M3 15.5c3-2.4 6-2.4 9 0s6 2.4 9 0" opacity=".75"/>'
        '<path d="M3 20.5c3-2.4 6-2.4 9 0s6 2.4 9 0"/>'
    ),
}

NAMES: Final = frozenset(LUCIDE) | frozenset(OWN)


def icon_drawer(asset: Callable[[str], str]) -> Callable[..., Markup]:
    """Return `icon(name, label=None, classes="")` for templates: a symbol of the sprite.

    Without a label it is decoration and hidden from screen readers; with one it is a picture that
    speaks. A name nobody draws is a KeyError.
    """

    @lru_cache(maxsize=1000)
    def icon(name: str, label: str | None = None, classes: str = "") -> Markup:
        if name not in NAMES:
            raise KeyError(f"no icon is called {name}")
        return Markup(
            '<svg class="icon{}" focusable="false" {}><use href="{}#{}"></use></svg>'
        ).format(
            f" {classes}" if classes else "",
            Markup('role="img" aria-label="{}"').format(label)
            if label
            else Markup('aria-hidden="true"'),
            asset("icons.svg"),
            name,
        )

    return icon
