"""Every page of the site, found by following links as one person and named by its route.

Pages of one route look alike, so a walk takes few of each; what only a form or a mail leads to is
set up beforehand (`staging.py`) and given as a further start.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import APIRequestContext

from tests.house_rules.policy_table import TABLE
from tests.make.crawl import Visited, crawl

FILES = re.compile(
    r"\.(pdf|csv|svg|ics|txt|xml)$|^/(static|media|metrics|livez|readyz|api)\b|^/dev/mail/[^/]+/html$"
)
"""Not pages of the site: files, and the HTML of a mail, whose policy lets no script run."""
ALWAYS_ELSEWHERE = (
    "/learn/{course_key}/continue",  # to the next lesson
    "/attempts/{attempt_id}/continue",  # to the next question
)
READ_OF_A_KIND = 3
PLACEHOLDER = re.compile(r"\{[^}]+\}")


def _pattern(route: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(map(re.escape, PLACEHOLDER.split(route))) + "$")


ROUTES = {
    route: _pattern(route)
    for route in sorted(
        (name.removeprefix("GET ") for name in TABLE if name.startswith("GET ")),
        key=lambda route: ("{" in route, route),
    )
    if not FILES.search(route) and route not in ALWAYS_ELSEWHERE
}
# A graduate is a student further on: only what shows it is looked at twice.
FURTHER_ON = ("/home", "/certificates", "/reports/{assessment_id}", "/learn/{course_key}")


@dataclass(frozen=True)
class Found:
    """One page to look at: its address and the route that answers it."""

    path: str
    route: str
    turn: int = 0

    @property
    def name(self) -> str:
        """A file name that says which page it is."""
        words = PLACEHOLDER.sub("one", self.route).strip("/").replace("/", "-")
        return (words or "front") + (f"-{self.turn + 1}" if self.turn else "")


def route_of(path: str) -> str:
    """Return the route that answers an address; the address itself when none does."""
    plain = re.split(r"[?#]", path)[0]
    return next((route for route, pattern in ROUTES.items() if pattern.match(plain)), plain)


def is_looked_at(role: str, route: str) -> bool:
    """Say whether a role is the one to look at a page with: what everybody sees is looked at once."""
    access = TABLE.get(f"GET {route}", "everyone")
    if role == "graduate":
        return route in FURTHER_ON
    if access == "everyone":
        return role == "visitor" or (role == "student" and "reserve" in route)
    return role == "student" or not route.startswith("/me/")


def walk(
    client: APIRequestContext, *starts: str, show: int = 1, read: int = READ_OF_A_KIND
) -> Iterator[Found]:
    """Yield the pages that can be reached by links, at most `show` of each route; `read` of
    each are read for what only they link to."""
    shown = Counter[str]()

    def fetch(path: str) -> Visited:
        if FILES.search(path.split("?")[0]):
            return Visited(path, 204, "file", "")
        answer = client.get(path, max_redirects=0)
        kind = answer.headers.get("content-type", "")
        return Visited(path, answer.status, kind, answer.text() if "html" in kind else "")

    for page in crawl(fetch, *starts, of_a_kind=max(show, read), kind_of=route_of):
        if page.status == 200 and page.kind.startswith("text/html"):
            page_seen = Found(page.path, route_of(page.path), shown[route_of(page.path)])
            shown[page_seen.route] += 1
            if page_seen.turn < show:
                yield page_seen
