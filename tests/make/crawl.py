"""Following every link of the site as one person, one page per kind of page or every page."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import html as lxml_html

IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,}|\d+")
MOST_OF_A_KIND = 2
MOST_PAGES = 400


@dataclass(frozen=True)
class Visited:
    """One page: its address, status, content type and body."""

    path: str
    status: int
    kind: str
    body: str


Fetch = Callable[[str], Visited]


def shape(path: str) -> str:
    """Return the path with its identifiers and query struck out: pages of one shape look alike."""
    return IDENTIFIER.sub("*", urlsplit(path).path)


def crawl(
    fetch: Fetch,
    *starts: str,
    of_a_kind: int = MOST_OF_A_KIND,
    kind_of: Callable[[str], str] = shape,
) -> Iterator[Visited]:
    """Visit what can be reached from `starts` by links, at most so many pages of one kind."""
    waiting, seen, counts = list(starts), set(starts), dict[str, int]()
    while waiting and len(seen) < MOST_PAGES * 10:
        path = waiting.pop(0)
        form = kind_of(path)
        if counts.get(form, 0) >= of_a_kind:
            continue
        counts[form] = counts.get(form, 0) + 1
        page = fetch(path)
        yield page
        if page.status == 200 and page.kind.startswith("text/html"):
            for link in links(page):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)


def links(page: Visited) -> list[str]:
    """Return the local addresses a page links to, without fragments."""
    addresses = []
    for anchor in lxml_html.fromstring(page.body).iter("a"):
        target = urlsplit(urljoin(page.path, anchor.get("href", "")))
        if not target.scheme and not target.netloc and target.path.startswith("/"):
            addresses.append(target.path + (f"?{target.query}" if target.query else ""))
    return addresses
