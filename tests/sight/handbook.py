"""The pictures of the handbook and of the README, taken from a demo academy of its own.

`make pictures` writes `docs/handbook/pictures/<name>.png`. A second run on the same day changes little; on
another day the dates, the greeting and how long ago something happened read differently.
"""

import io
import re
import sys
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from app.kit.paths import ROOT
from tests.make.chromium import chromium_path
from tests.make.patience import MILLISECONDS, until
from tests.sight.people import chromium, demo_academy, sign_in_as

FOLDER = ROOT / "docs" / "handbook" / "pictures"
MOST_BYTES = 400_000
"""What all pictures of the repository may weigh together."""
COLOURS, SCALE = 48, 2
PHONE, TALL, DESK = (360, 640), (360, 720), (1000, 640)
UNDELIVERED = "wait to be delivered"
"""What a new academy says until the worker has sent the mails of its past."""


@dataclass(frozen=True)
class Picture:
    """A picture: who opens which page. Each of `links` is the address of a link that is followed next, as a
    regular expression. `at` is what the picture begins with, if that is not the top of the page."""

    name: str
    role: str
    start: str
    links: tuple[str, ...] = ()
    at: str = ""
    size: tuple[int, int] = PHONE


COURSE = "/learn/mesotherapy"
LESSON = f"{COURSE}/lessons/danger-areas-lines-and-ageing"
PICTURES = (
    Picture("today", "student", "/home", size=TALL),
    Picture("lesson", "student", LESSON, at=".lesson-text > .prose ~ .prose ~ .prose", size=TALL),
    Picture("ask", "student", LESSON, (r"/learn/[^\"]+/ask[^\"]*",), at="main h1"),
    Picture("result", "graduate", f"{COURSE}/quizzes/skin-anatomy-quiz", (r"/attempts/[^/\"]+",)),
    Picture("booking", "graduate", "/practicals", at=".card:has-text('You can book')"),
    Picture("certificate", "graduate", "/certificates", at="article.certificate", size=TALL),
    Picture("questions", "instructor", "/teach/questions", at=".tabs, main form"),
    Picture("assessment", "instructor", "/home", (r"/assessments/[^/\"]+",), at="main h2"),
    Picture("office", "admin", "/home", size=DESK),
    Picture("requests", "admin", "/admin/requests", size=DESK),
)


def main() -> int:
    if chromium_path() is None:
        print("No Chromium: install it with your package manager.", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo_academy() as server, chromium() as browser:
        for role in sorted({picture.role for picture in PICTURES}):
            _take_all(browser, server.url, role)
    for file in FOLDER.iterdir():
        if file.stem not in {picture.name for picture in PICTURES}:
            file.unlink()
    total = weight_of_pictures()
    print(f"All committed pictures: {total:,} of {MOST_BYTES:,} bytes.")
    return 0 if total <= MOST_BYTES else 1


def weight_of_pictures() -> int:
    """Return how many bytes the pictures of the repository have, those of the handbook included."""
    return sum(
        path.stat().st_size
        for folder in ("docs", "static", "templates", "courses", "tests")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".png", ".jpg", ".jpeg", ".webp", ".gif")
    )


def _take_all(browser: Browser, url: str, role: str) -> None:
    context = browser.new_context(
        base_url=url,
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
        color_scheme="light",
        device_scale_factor=SCALE,
    )
    context.set_default_timeout(MILLISECONDS)
    sign_in_as(context, url, role)
    page = context.new_page()
    for picture in PICTURES:
        if picture.role == role:
            _open(context, page, picture)
            data = _smaller(page.screenshot())
            (FOLDER / f"{picture.name}.png").write_bytes(data)
            print(f"{picture.name}: {len(data):,} bytes", flush=True)
    context.close()


def _open(context: BrowserContext, page: Page, picture: Picture) -> None:
    """Lead the page to what the picture shows, without the line that says it is a demo."""
    address = picture.start
    for link in picture.links:
        [address, *_] = re.findall(f'href="({link})"', context.request.get(address).text())
    page.set_viewport_size(dict(zip(("width", "height"), picture.size, strict=True)))  # type: ignore[arg-type]
    until(lambda: UNDELIVERED not in context.request.get("/home").text(), "the delivery of mails")
    page.goto(address, wait_until="networkidle")
    page.evaluate("document.querySelector('.environment')?.remove()")
    if picture.at:
        page.locator(picture.at).first.evaluate("part => part.scrollIntoView()")
    page.evaluate("document.fonts.ready.then(() => true)")


def _smaller(screenshot: bytes) -> bytes:
    """Return the picture with as many colours as its flat areas need."""
    palette = (
        Image.open(io.BytesIO(screenshot))
        .convert("RGB")
        .quantize(COLOURS, dither=Image.Dither.NONE)
    )
    packed = io.BytesIO()
    palette.save(packed, "PNG", optimize=True)
    return packed.getvalue()


if __name__ == "__main__":
    sys.exit(main())
