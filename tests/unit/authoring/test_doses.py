"""Doses that could be misread are found; ordinary writing is not."""

import pytest

from app.authoring.doses import misprints
from app.courses.domain.parsing import ParsedCourse, parse_course
from tests.make.courses import small_files


@pytest.mark.parametrize(
    "text",
    [
        "0.5 mL",
        "10 units of 0.05 mL",
        "50 micrograms per mL",
        "The 4 mm needle, 30G, in 2.0 mm steps",
        "p = 0.50 and 95 % of 1.20",
        "5.05 mL, 10 mL, 100 mg",
        "version 1.0. Then go on",
        "html, small, mug, plug, IUD, Xml",
        "at 8.30 am",
        "See 3.2.10 g",
        "https://example.org/a.5",
    ],
)
def test_accepted(text: str) -> None:
    assert list(misprints(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".5 mL", "`.5` has no leading zero"),
        ("(.25)", "`.25` has no leading zero"),
        ("give ,5 mL", "`,5` has no leading zero"),
        ("5.0 mL", "`5.0` has a trailing zero"),
        ("0.10 mg", "`0.10` has a trailing zero"),
        ("1.0 units", "`1.0` has a trailing zero"),
        ("5 ml", "`ml` is not"),
        ("mg/ml", "`ml` is not"),
        ("5 ug", "`ug` is not"),
        ("5mcg", "`mcg` is not"),
        ("5 μg", "`μg` is not"),
        ("100 IU", "`IU` is not"),
        ("0.5mL", "`0.5mL` has no space"),
        ("20mg", "`20mg` has no space"),
        ("5units", "`5units` has no space"),
    ],
)
def test_found(text: str, expected: str) -> None:
    messages = [message for message, hint in misprints(text) if hint]
    assert len(messages) == 1
    assert messages[0].startswith(expected)


MISWRITTEN = {"outcomes": b"Draw up .5 ml", "lessons": b"Take 5.0 mL.", "callout": b"Use 20mg"}


def small_course_with(dose_rules: bytes) -> ParsedCourse:
    """The small course with miswritten doses in a plain field, a lesson and the heading of a callout."""
    files = dict(small_files())
    lesson = next(path for path in files if b"\n::: safety" in files[path])
    head, body = files[lesson].split(b"\n::: safety", 1)
    _, rest = body.split(b"\n", 1)
    callout = b"\n\n" + MISWRITTEN["lessons"] + b"\n\n::: safety " + MISWRITTEN["callout"] + b"\n"
    files[lesson] = head + callout + rest
    course = files["course.yaml"].replace(b"Draw up a volume safely", MISWRITTEN["outcomes"])
    files["course.yaml"] = course + dose_rules
    return parse_course("small-course", files)


@pytest.mark.parametrize(
    "said", [b"", b"dose_rules: true\n", b"dose_rules: 'false'\n", b"dose_rules:\n"]
)
def test_every_course_has_the_rules_that_does_not_plainly_put_them_away(said: bytes) -> None:
    messages = [problem.message for problem in small_course_with(said).problems]
    for miswritten in ("`.5` has", "`ml` is", "`5.0` has", "`20mg` has"):
        assert any(message.startswith(miswritten) for message in messages), miswritten


def test_a_course_without_medicines_puts_the_rules_away() -> None:
    parsed = small_course_with(b"dose_rules: false\n")
    assert parsed.problems == ()
    assert parsed.course is not None
    assert parsed.course.outcomes[1] == "Draw up .5 ml"
