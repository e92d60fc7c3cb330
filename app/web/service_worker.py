"""The service worker of running attempts, and the page that it shows where it has none.

Its script is `static/js/sw.js` with the digest of the assets before it, so that browsers install each
release anew. The setting `offline_attempts` takes it away from every browser.
"""

import json
from functools import cache
from typing import Final

from fastapi import Response

from app.kit.paths import STATIC
from app.web.access import EVERYONE
from app.web.request_context import SERVICE_WORKER, Visit
from app.web.routing import Pages
from app.web.script_words import modules_of

pages = Pages()
BEHAVIOURS: Final = frozenset(
    {
        "confirm",
        "enlarge",
        "main",
        "nav-menu",
        "offline",
        "quiz",
        "quiz-nav",
        "quiz-send",
        "quiz-timer",
        "sign-in-ends",
    }
)
"""The scripts of the pages of a running attempt."""
_HEADERS: Final = {"cache-control": "no-cache", "content-type": "text/javascript; charset=utf-8"}


@pages.get(SERVICE_WORKER, name="web.service_worker", access=EVERYONE)
def show_worker(visit: Visit) -> Response:
    if visit.settings.offline_attempts == "off":
        return Response((STATIC / "js" / "sw-off.js").read_text(), headers=_HEADERS)
    files = [visit.app_context.asset(name) for name in needed_files()]
    release = json.dumps({"files": files}, separators=(",", ":"))
    script = (STATIC / "js" / "sw.js").read_text()
    return Response(f"const RELEASE = {release};\n{script}", headers=_HEADERS)


@pages.get("/offline", name="web.offline", access=EVERYONE)
def show_offline(visit: Visit) -> Response:
    """Show what a browser shows in the place of a page that is not on the device."""
    return visit.render("offline.html")


@cache
def needed_files() -> tuple[str, ...]:
    """Return the assets that the pages of an attempt need and do not name in their HTML."""
    types = [path.name for path in sorted((STATIC / "js" / "questions").glob("*.js"))]
    modules = sorted(modules_of(BEHAVIOURS))
    return (*(f"js/{name}.js" for name in modules), *(f"js/questions/{name}" for name in types))
