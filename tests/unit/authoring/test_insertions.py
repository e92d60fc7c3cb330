"""Words that are said once: agreed words, and values that the clinical lead sets."""

import pytest

from app.authoring.inline import Surroundings
from app.authoring.insertions import Insertion, read_insertions
from app.authoring.lesson_words import NOT_SET, USUAL_ADVICE
from app.authoring.markdown import Renderer
from app.courses.domain.diff import ChangeKind
from app.courses.domain.parsing import ParsedCourse, parse_course
from tests.make.courses import compared, small_course, small_files

AROUND = Surroundings(
    "skin-course",
    {},
    {},
    {},
    {
        "patch": Insertion("patch", "Stop & call 999."),
        "depth": Insertion("depth", None, "Depth on the cheek <upper>"),
        "rest": Insertion("rest", "15 minutes", "Rest", ("Dr Lead", "2027-01-31", "x")),
    },
)
END = "\n\n::: key-points\n- One point.\n:::\n"
UNSET = """
clinical_values:
  - key: depth
    decides: Vertical depth on the cheek
    unit: mm
"""
SET = (
    UNSET
    + """    value: 0.5 to 0.9
    source: Meeting of 5 January 2027
    approved_by: Dr Lead
    approved_on: 2027-01-31
"""
)


def with_value(fields: str) -> ParsedCourse:
    files = dict(small_files())
    files["course.yaml"] += fields.encode()
    path = "lessons/needle-safety.md"
    files[path] = files[path].replace(b"## After use\n", b"## After use\n\nGo [=depth] deep.\n")
    parsed = parse_course("small-course", files)
    assert parsed.problems == ()
    return parsed


def page(parsed: ParsedCourse) -> str:
    assert parsed.course is not None
    module_and_lesson = parsed.course.find_lesson("needle-safety")
    assert module_and_lesson is not None
    return module_and_lesson[1].html


def test_a_lesson_shows_agreed_words_and_lists_its_values_once_at_the_end() -> None:
    text = "Say: [=patch] Go [=depth], then wait [=rest], and never below [=depth]."
    rendered = Renderer(AROUND, []).lesson(text + END)
    assert rendered.problems == ()
    assert "Say: Stop &amp; call 999. Go " in rendered.html
    assert rendered.html.count('<a class="clinical-value" href="#value-depth">') == 2
    assert rendered.html.count('<p id="value-depth">') == 1
    listed = rendered.html[rendered.html.index("Values that the clinical lead sets") :]
    assert f"Depth on the cheek &lt;upper&gt;:</strong> {NOT_SET} {USUAL_ADVICE}</p>" in listed
    assert "Rest:</strong> 15 minutes. Set by Dr Lead on 2027-01-31. Source: x</p>" in listed
    assert listed.index("value-depth") < listed.index("value-rest")
    assert "not set yet: ask before you go on" in rendered.text


@pytest.mark.parametrize(
    ("advice", "inside"),
    [
        ("Ask before you bake.", "ask before you bake"),
        ("EDTA stays in the cupboard.", "EDTA stays in the cupboard"),
    ],
)
def test_a_course_says_itself_what_to_do_while_a_value_is_not_set(advice: str, inside: str) -> None:
    course = {
        "unset_value_advice": advice,
        "clinical_values": [{"key": "heat", "decides": "Heat of the oven"}],
    }
    (value,) = read_insertions(course).values()
    assert value.words == f"not set yet: {inside}"
    assert value.sentence == f"{NOT_SET} {advice}"


def test_a_lesson_without_values_has_no_list() -> None:
    rendered = Renderer(AROUND, []).lesson("[=patch]" + END)
    assert "clinical lead" not in rendered.html
    assert rendered.html.startswith("<p>Stop &amp; call 999.</p>")


def test_a_field_shows_the_words_without_a_link() -> None:
    html = Renderer(AROUND).field("[=depth], [=rest], [=patch]").html
    assert html == (
        '<p><span class="clinical-value">not set yet: ask before you go on</span>, '
        '<span class="clinical-value">15 minutes</span>, Stop &amp; call 999.</p>'
    )


def test_marks_are_not_judged_when_the_course_file_could_not_be_read() -> None:
    around = Surroundings("skin-course", {}, {}, {}, None)
    assert Renderer(around).field("Go [=depth].").problems == ()


def test_entries_that_are_not_complete_are_left_out() -> None:
    course = {
        "agreed_words": ["text", {"key": "a"}, {"key": "b", "text": " Words. "}],
        "clinical_values": [{"key": "c"}, {"key": "d", "decides": "D", "unit": "mm"}, 5],
    }
    assert read_insertions(course) == {
        "b": Insertion("b", "Words."),
        "d": Insertion("d", None, "D"),
    }
    assert read_insertions({"agreed_words": "no list"}) == {}


def test_a_value_is_read_with_who_set_it_and_from_where() -> None:
    """What is missing is left blank: the check of the file names it, and nothing is published."""
    whole = {
        "key": "depth",
        "decides": "Depth",
        "value": "0.5",
        "unit": "mm",
        "approved_by": "Dr Lead",
        "approved_on": "2027-01-31",
        "source": "Meeting",
    }
    bare = {"key": "rest", "decides": "Rest", "value": "5"}
    assert read_insertions({"clinical_values": [whole, bare]}) == {
        "depth": Insertion("depth", "0.5 mm", "Depth", ("Dr Lead", "2027-01-31", "Meeting")),
        "rest": Insertion("rest", "5", "Rest", ("", "", "")),
    }


def test_agreed_words_keep_a_key_that_a_value_has_too() -> None:
    course = {
        "agreed_words": [{"key": "a", "text": "Words."}],
        "clinical_values": [{"key": "a", "decides": "A"}, {"key": "b", "decides": "B"}],
    }
    assert read_insertions(course) == {
        "a": Insertion("a", "Words."),
        "b": Insertion("b", None, "B"),
    }


def test_a_value_that_is_not_set_is_a_notice_and_no_problem() -> None:
    parsed = with_value(UNSET)
    assert str(NOT_SET) in page(parsed)
    assert parsed.course is not None
    assert [value.key for value in parsed.course.unset_values] == ["depth"]
    lines = small_files()["course.yaml"].decode().count("\n")
    assert [(notice.path, notice.line) for notice in parsed.notices] == [("course.yaml", lines + 3)]
    assert "`depth` is not set: Vertical depth on the cheek (mm)." in parsed.notices[0].message


def test_a_value_that_is_set_shows_who_set_it() -> None:
    parsed = with_value(SET)
    assert parsed.notices == ()
    assert parsed.course is not None
    assert parsed.course.unset_values == ()
    assert '<a class="clinical-value" href="#value-depth">0.5 to 0.9 mm</a>' in page(parsed)
    assert "Set by Dr Lead on 2027-01-31. Source: Meeting of 5 January 2027" in page(parsed)


def changes(before: ParsedCourse, after: ParsedCourse) -> list[tuple[ChangeKind, str, str]]:
    return [
        (change.kind, change.where, change.sentence)
        for change in compared(before, after)
        if "clinical value" in change.where
    ]


def test_publishing_says_which_value_was_added_set_or_left_out() -> None:
    small = small_course()
    unset, approved = with_value(UNSET), with_value(SET)
    where, decides = "clinical value depth", "Vertical depth on the cheek"
    added, changed = ChangeKind.added, ChangeKind.changed
    assert changes(small, unset) == [(added, where, f"{decides}: is not set yet.")]
    assert changes(unset, approved) == [(changed, where, f"{decides}: is 0.5 to 0.9 mm.")]
    assert changes(approved, small) == [
        (ChangeKind.removed, where, "The clinical value is gone."),
    ]
    assert changes(approved, approved) == []
