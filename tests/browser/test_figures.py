"""The drawings of the course on a phone: words that can be read, and nothing on top of them."""

import re

import pytest

from app.courses.source_folder import read_folder
from app.kit.paths import COURSES
from tests.sight.people import sign_in_as

SMALLEST = 12
"""The height of letters in px that is still read on a phone."""
MEASURE = """() => {
  const around = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { left, right, top, bottom };
  };
  // Of the room for a line only that of the letters counts.
  const word = (text) => {
    const { a, b } = text.getScreenCTM();
    const size = Math.hypot(a, b) * parseFloat(getComputedStyle(text).fontSize);
    const box = around(text);
    const spare = (box.bottom - box.top - size * .75) / 2;
    const letters = { ...box, top: box.top + spare, bottom: box.bottom - spare };
    return { name: text.textContent, size, box: letters };
  };
  const marker = (group) => {
    const box = around(group.querySelector("circle"));
    return { name: group.textContent, size: Math.round((box.right - box.left) * 100) / 100, box };
  };
  return [...document.querySelectorAll("svg.drawing")].map((drawing) => ({
    name: drawing.getAttribute("aria-label"),
    box: around(drawing),
    words: [...drawing.querySelectorAll("text")].filter((text) => !text.closest(".marker")).map(word),
    markers: [...drawing.querySelectorAll(".marker")].map(marker),
  }));
}"""


def drawn_lessons() -> list[str]:
    """Return the lessons with a drawing that becomes part of the page."""
    files = read_folder(COURSES / "mesotherapy")
    drawn = {path for path, data in files.items() if re.search(rb'class="(?:d-|marker)', data)}
    return [
        path.removeprefix("lessons/").removesuffix(".md")
        for path, data in files.items()
        if path.startswith("lessons/")
        and any(f"media/{name}" in drawn for name in re.findall(r"file: (\S+)", data.decode()))
    ]


def overlap(first: dict[str, float], second: dict[str, float]) -> bool:
    return (
        min(first["right"], second["right"]) - max(first["left"], second["left"]) > 0.5
        and min(first["bottom"], second["bottom"]) - max(first["top"], second["top"]) > 0.5
    )


def faults(drawing: dict) -> list[str]:
    """Return what cannot be read in a drawing as it was measured."""
    words, markers, around = drawing["words"], drawing["markers"], drawing["box"]
    said = [f"{word['name']}: {word['size']:.1f} px" for word in words if word["size"] < SMALLEST]
    said += [
        f"marker {each['name']}: {each['size']:.1f} px"
        for each in markers
        if round(each["size"], 2) < 28
    ]
    said += [
        f"{word['name']} leaves the picture"
        for word in words
        if word["box"]["left"] < around["left"]
        or word["box"]["right"] > around["right"]
        or word["box"]["top"] < around["top"]
        or word["box"]["bottom"] > around["bottom"]
    ]
    parts = [*words, *markers]
    said += [
        f"{part['name']} lies on {other['name']}"
        for number, part in enumerate(parts)
        for other in parts[number + 1 :]
        if overlap(part["box"], other["box"])
    ]
    return said


def part(name: str, left: float, top: float, size: float = 14, wide: float = 28) -> dict:
    box = {"left": left, "right": left + wide, "top": top, "bottom": top + wide}
    return {"name": name, "size": size, "box": box}


def test_what_cannot_be_read_is_named() -> None:
    """The measure itself: each fault that it looks for is one that it finds."""
    box = {"left": 0, "right": 360, "top": 0, "bottom": 200}
    small, outside = part("small", 10, 10, 11.9), part("outside", 340, 10)
    covered, low = part("covered", 100, 100), part("low", 200, 180)
    marker = part("1", 120, 120, 27)
    words = [small, outside, covered, low]
    assert faults({"box": box, "words": words, "markers": [marker]}) == [
        "small: 11.9 px",
        "marker 1: 27.0 px",
        "outside leaves the picture",
        "low leaves the picture",
        "covered lies on 1",
    ]


@pytest.mark.browser
def test_each_drawing_of_the_course_can_be_read_on_a_phone(demo_server, new_context):
    context = new_context(base_url=demo_server.url, viewport={"width": 360, "height": 740})
    sign_in_as(context, demo_server.url, "instructor")
    page = context.new_page()
    page.goto("/teach/courses/mesotherapy/revisions/1")
    unread: dict[str, list[str]] = {}
    count = 0
    for lesson in drawn_lessons():
        page.goto(f"/teach/courses/mesotherapy/revisions/1/lessons/{lesson}")
        page.evaluate("document.fonts.ready.then(() => true)")
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            for drawing in page.evaluate(MEASURE):
                count += 1
                assert drawing["box"]["right"] - drawing["box"]["left"] == 360
                if faults(drawing):
                    unread[f"{drawing['name']} ({theme})"] = faults(drawing)
    assert unread == {}
    assert count >= 2 * 4
