"""Pages as people set them up for themselves: WCAG 1.4.4, 1.4.6, 1.4.10, 1.4.12, 2.3.3, and forced colours.

`make test` looks at the first page of each role and a few more; `make test-deep` at all.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.sight import checks, keyboard, modes
from tests.sight.inventory import walk
from tests.sight.matrix import Part
from tests.sight.people import sign_in_as
from tests.sight.staging import STARTS, starts_of

FEW, WHOLE = Part(40), Part(1)
ROLES = ("visitor", "student", "instructor", "admin")
PARTS = [
    *((role, FEW) for role in ROLES),
    *(pytest.param(role, WHOLE, marks=pytest.mark.deep) for role in ROLES),
]
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
HALF = {"width": 640, "height": 740}
# What is left of 1,280 by 1,024 px at 400 %.
FOURFOLD = {"width": 320, "height": 256}


def paths_of(context: BrowserContext, role: str, part: Part) -> list[str]:
    """Return one page of each route of the part; the first of a role always belongs to it. The whole part has
    those too that only forms and mails lead to."""
    starts = starts_of(role, context.request) if part is WHOLE else STARTS[role]
    return [
        visited.path
        for number, visited in enumerate(walk(context.request, *starts, read=1))
        if number == 0 or part.takes(role, visited.route)
    ]


def in_forced_colours(page: Page) -> Iterator[str]:
    page.emulate_media(forced_colors="active")
    yield from modes.edges(page)
    page.set_viewport_size(FOURFOLD)
    yield from checks.reflow(page)
    yield from keyboard.faults_of_all_stops(page)
    page.emulate_media(forced_colors="none")


def with_more_contrast(page: Page) -> Iterator[str]:
    page.set_viewport_size(DESK)
    for theme in ("light", "dark"):
        page.emulate_media(contrast="more", color_scheme=theme)  # type: ignore[arg-type]
        yield from (f"{theme}: {fault}" for fault in modes.enhanced_contrast(page))
    page.emulate_media(contrast="no-preference", color_scheme="light")


def with_larger_text(page: Page) -> Iterator[str]:
    with modes.larger_text(page):
        for size in (PHONE, HALF, DESK):
            page.set_viewport_size(size)
            yield from modes.lost_words(page)
            yield from checks.cut_off(page)


def with_wider_text(page: Page) -> Iterator[str]:
    """Must run last, because it leaves its settings behind."""
    modes.set_text_wider(page)
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        yield from modes.lost_words(page)


LOOKS: dict[str, Callable[[Page], Iterator[str]]] = {
    "still": lambda page: iter(modes.motion(page)),
    "forced colours, 400 %": in_forced_colours,
    "more contrast": with_more_contrast,
    "text at 200 %": with_larger_text,
    "wider text": with_wider_text,
}


@pytest.mark.browser
@pytest.mark.parametrize(("role", "part"), PARTS)
def test_pages_keep_what_people_set_for_themselves(demo_server, new_context, role, part):
    context = new_context(base_url=demo_server.url, bypass_csp=True)
    sign_in_as(context, demo_server.url, role)
    page, wrong = context.new_page(), list[str]()
    paths = paths_of(context, role, part)
    for path in paths:
        page.set_viewport_size(DESK)
        page.goto(path)
        for name, look in LOOKS.items():
            wrong += [f"{path} ({name}): {fault}" for fault in look(page)]
    assert wrong == []
    assert paths


BAD = """<!DOCTYPE html><html lang="en"><head><title>Bad</title><style>
.cut { block-size: 1.2em; inline-size: 9em; overflow: hidden; white-space: nowrap; }
.moving { transition: color 1s; } .grey { color: #767676; } .wide { inline-size: 90em; }
.button { border: 0; background: #000; color: #fff; }
</style></head><body><main><h1>Bad</h1><p class="cut">Words that stand in a box of their own size</p>
<p class="moving grey">Grey</p><button class="button">Press</button><p class="wide">.</p></main></body>
</html>"""


@pytest.mark.browser
def test_the_checks_of_modes_find_what_is_wrong(new_context):
    """Negative control: each check sees the fault it looks for."""
    page = new_context(forced_colors="active").new_page()
    page.set_content(BAD)
    assert modes.motion(page) == ["p.moving grey moves"]
    assert modes.edges(page) == ["button.button has no edge"]
    page.emulate_media(forced_colors="none")
    assert any("color-contrast-enhanced" in fault for fault in modes.enhanced_contrast(page))
    assert 'p.cut cuts off "Words that stand in a box of their own s"' in modes.lost_words(page)
    with modes.larger_text(page):
        assert any(fault.startswith("2888 px wide") for fault in modes.lost_words(page))
