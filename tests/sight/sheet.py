"""The contact sheet: every page as every role, at three widths in both themes, to be looked at.

`make sheet` writes `var/sheet/<role>/<page>-<width>-<theme>.png` and `var/sheet/index.html`. To look at a
few: `python -m tests.sight.sheet --role student --only lesson --width 360 --theme dark`. With `--mirrored`
the pages are written from right to left.
"""

import argparse
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from playwright.sync_api import Browser, BrowserContext, Page

from app.kit.paths import ROOT
from tests.make.chromium import chromium_path
from tests.make.patience import MILLISECONDS
from tests.sight.inventory import ROUTES, Found, is_looked_at, walk
from tests.sight.people import ROLES, chromium, demo_academy, sign_in_as
from tests.sight.staging import starts_of

SHEET = ROOT / "var" / "sheet"
WIDTHS = (360, 820, 1280)
HEIGHTS = {360: 740, 820: 1100, 1280: 800}
HIGHEST = 16_000
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Wanted:
    """What to look at."""

    roles: tuple[str, ...]
    widths: tuple[int, ...]
    themes: tuple[str, ...]
    only: re.Pattern[str]
    of_a_kind: int
    is_mirrored: bool


@dataclass(frozen=True)
class Shot:
    """One picture, its file named from the sheet's folder."""

    role: str
    page: Found
    width: int
    theme: str

    @property
    def file(self) -> str:
        return f"{self.role}/{self.page.name}-{self.width}-{self.theme}.png"


def main() -> int:
    if chromium_path() is None:
        print("No Chromium: install it with your package manager.", file=sys.stderr)
        return 1
    began, wanted = time.monotonic(), _wanted()
    academy = demo_academy(is_mirrored=wanted.is_mirrored)
    with academy as server, chromium() as browser:
        print(f"The demo academy stands after {time.monotonic() - began:.0f} s.", flush=True)
        taken: list[Shot] = []
        seen: set[str] = set()
        for role in wanted.roles:
            shots, routes = _look(browser, server.url, role, wanted)
            taken += shots
            seen |= routes
            print(f"{role}: {len(shots)} pictures, {time.monotonic() - began:.0f} s", flush=True)
    unseen = sorted(set(ROUTES) - seen) if wanted.roles == ROLES else []
    (SHEET / "index.html").write_text("".join(_index(taken, unseen)), encoding="utf-8")
    print(f"{len(taken)} pictures in {time.monotonic() - began:.0f} s: {SHEET / 'index.html'}")
    if unseen:
        print("Routes not seen:", *unseen, sep="\n  ")
    return 0


def _wanted() -> Wanted:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--role", action="append", choices=ROLES, help="again for several")
    parser.add_argument("--width", action="append", type=int, help="CSS pixels; again for several")
    parser.add_argument("--theme", action="append", choices=THEMES)
    parser.add_argument("--only", default="", metavar="PATTERN", help="pages whose name matches")
    parser.add_argument("--each", type=int, default=1, help="how many pages of each route")
    parser.add_argument("--mirrored", action="store_true", help="written from right to left")
    options = parser.parse_args()
    return Wanted(
        tuple(options.role or ROLES),
        tuple(options.width or WIDTHS),
        tuple(options.theme or THEMES),
        re.compile(options.only),
        options.each,
        options.mirrored,
    )


def _look(browser: Browser, url: str, role: str, wanted: Wanted) -> tuple[list[Shot], set[str]]:
    context = browser.new_context(base_url=url, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(MILLISECONDS)
    sign_in_as(context, url, role)
    starts = starts_of(role, context.request)
    pages = list(walk(context.request, *starts, show=wanted.of_a_kind))
    if role == "visitor":
        pages.append(Found("/nowhere", "/nowhere"))
    chosen = [
        page for page in pages if is_looked_at(role, page.route) and wanted.only.search(page.name)
    ]
    shots = [shot for page in chosen for shot in _shoot(context, role, page, wanted)]
    context.close()
    return shots, {page.route for page in pages}


def _shoot(context: BrowserContext, role: str, staged: Found, wanted: Wanted) -> Iterator[Shot]:
    """Open the page once; change the window and the theme for each picture."""
    page = context.new_page()
    page.goto(staged.path, wait_until="load")
    for theme in wanted.themes:
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        for width in wanted.widths:
            _stretch(page, width)
            shot = Shot(role, staged, width, theme)
            path = SHEET / shot.file
            path.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path)
            yield shot
    page.close()


def _stretch(page: Page, width: int) -> None:
    """Make the window as high as the page, so that bars stand at its end and not across its middle."""
    page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 800)})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, HIGHEST)})


STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem; background: #ddd; color: #111; }
.row { display: flex; gap: 1rem; align-items: flex-start; overflow-x: auto; padding: 0 0 2rem; }
img { block-size: 30rem; inline-size: auto; border: 1px solid #888; background: #fff; }
figure { margin: 0; flex: none; } figcaption { font-size: 13px; }
"""


HEAD = f"""<!DOCTYPE html>
<html lang="en-GB"><meta charset="utf-8"><title>Contact sheet</title><style>{STYLE}</style>
<h1>Contact sheet</h1>
"""


def _index(shots: list[Shot], unseen: list[str]) -> Iterator[str]:
    yield HEAD
    if unseen:
        yield f"<p>Routes not seen: {escape(', '.join(unseen))}</p>"
    for role, page in dict.fromkeys((shot.role, shot.page) for shot in shots):
        yield f'<h2>{role}: {escape(page.name)}</h2><p>{escape(page.path)}</p><div class="row">'
        yield from (_figure(shot) for shot in shots if (shot.role, shot.page) == (role, page))
        yield "</div>"


def _figure(shot: Shot) -> str:
    file, words = quote(shot.file), f"{shot.width} px, {shot.theme}"
    picture = f'<img loading="lazy" src="{file}" alt="{escape(shot.page.name)}, {words}">'
    return f'<figure><a href="{file}">{picture}</a><figcaption>{words}</figcaption></figure>'


if __name__ == "__main__":
    sys.exit(main())
