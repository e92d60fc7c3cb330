"""Tables have captions and named rows; revisions from before that rule read as they did."""

import pytest

from app.authoring.problems import Problem
from app.courses.domain.parsing import ParsedCourse, parse_course
from tests.make.courses import small_course, small_files

LESSON = "lessons/skin-layers.md"
QUIZ = "quizzes/skin-quiz.yaml"
NO_CAPTION = (
    "The table has no caption.",
    "Write `Table: what it shows` as a paragraph of its own before it.",
)
NO_NAME = ("The row of the table has no name.", "Write in its first cell what the row is about.")
BARE = "| A | B |\n|---|---|\n| 1 | 2 |\n|  | 3 |"
NAMED = "Table: Two letters\n\n| A | B |\n|---|---|\n| 1 | 2 |\n| 2 | 3 |"


def with_words(path: str, old: str, new: str) -> ParsedCourse:
    text = small_files()[path].decode()
    assert text.count(old) == 1
    parsed = parse_course("small-course", {**small_files(), path: text.replace(old, new).encode()})
    assert parsed.problems == ()
    return parsed


def line_of(path: str, words: str) -> int:
    return small_files()[path].decode().split("\n").index(words) + 1


def test_the_small_course_has_a_caption_for_its_table() -> None:
    assert small_course().refused_if_new == ()


def test_a_table_without_a_caption_is_named_and_reads_as_that_of_an_earlier_revision() -> None:
    parsed = with_words(LESSON, "Table: Two layers beside each other\n\n", "")
    caption = line_of(LESSON, "Table: Two layers beside each other")
    assert parsed.refused_if_new == (Problem(LESSON, caption, *NO_CAPTION),)
    assert parsed.course is not None
    assert "<caption>" not in parsed.course.modules[0].lessons[0].html
    assert "<table>" in parsed.course.modules[0].lessons[0].html


@pytest.mark.parametrize("shown", ["", "\N{NO-BREAK SPACE}"], ids=["empty", "blank"])
def test_a_row_without_a_name_is_named_in_its_line(shown: str) -> None:
    row = "| [[dermis]] | 2 mm | yes |"
    parsed = with_words(LESSON, row, f"| {shown} | 2 mm | yes |")
    assert parsed.refused_if_new == (Problem(LESSON, line_of(LESSON, row), *NO_NAME),)


@pytest.mark.parametrize("table", [BARE, NAMED], ids=["bare", "named"])
@pytest.mark.parametrize("place", ["the answer of a check", "a callout", "a field"])
def test_every_place_of_a_table_is_looked_at(place: str, table: str) -> None:
    if place == "the answer of a check":
        path, old = LESSON, "## A first look at doses"
        fenced = "\n  ".join(table.split("\n"))
        new = f"```check\nquestion: How many?\nanswer: |\n  {fenced}\n```\n\n{old}"
    elif place == "a callout":
        path, old = LESSON, "## A first look at doses"
        new = f"::: tip\n{table}\n:::\n\n{old}"
    else:
        path, old = "glossary.yaml", "dermis:\n  term: Dermis\n"
        fenced = "\n    ".join(table.split("\n"))
        new = f"added:\n  term: Added\n  definition: |\n    {fenced}\n{old}"
    parsed = with_words(path, old, new)
    said = [(problem.path, problem.message) for problem in parsed.refused_if_new]
    first = small_files()[path].decode().split(old)[0].count("\n") + 1
    begins = first + new.split("| A")[0].count("\n")
    if table == NAMED:
        assert said == []
    else:
        assert said == [(path, NO_CAPTION[0]), (path, NO_NAME[0])]
        assert [problem.line for problem in parsed.refused_if_new] == [begins, begins + 3]
