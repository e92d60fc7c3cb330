"""The sitemap and robots.txt for search engines."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from xml.sax.saxutils import escape

from app.web.access import Access

PUBLIC = (
    "/",
    "/courses",
    "/dates",
    "/verify",
    "/enquiry",
    "/about",
    "/contact",
    "/accessibility",
    "/privacy",
    "/cookies",
)
"""Every page with a fixed address and a preview; a test compares."""


def sitemap(base_url: str, courses: Mapping[str, datetime]) -> str:
    """Return the sitemap: the fixed pages, and each course with its publication date."""
    entries = [_entry(f"{base_url}{path}", None) for path in PUBLIC]
    entries += [_entry(f"{base_url}/courses/{key}", at) for key, at in courses.items()]
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *entries,
            "</urlset>",
            "",
        )
    )


def _entry(address: str, changed: datetime | None) -> str:
    lastmod = f"<lastmod>{changed.date().isoformat()}</lastmod>" if changed else ""
    return f"  <url><loc>{escape(address)}</loc>{lastmod}</url>"


def robots(base_url: str, policies: Mapping[tuple[str, str], Access]) -> str:
    """Return robots.txt. It excludes every area in which all pages need a sign-in."""
    areas = private_areas(policies.items())
    # Two lines each, because "/me" alone would exclude "/media" too.
    lines = [line for area in areas for line in (f"Disallow: {area}$", f"Disallow: {area}/")]
    return "\n".join(("User-agent: *", *lines, "", f"Sitemap: {base_url}/sitemap.xml", ""))


def private_areas(routes: Iterable[tuple[tuple[str, str], Access]]) -> tuple[str, ...]:
    """Return the first path segments under which no page is public."""
    is_open: dict[str, bool] = {}
    for (method, path), access in routes:
        if method == "GET":
            area = "/" + path.split("/")[1]
            is_open[area] = is_open.get(area, False) or not access.signed_in
    return tuple(sorted(area for area, opened in is_open.items() if not opened))
