"""What YAML would leave out or join without an error is a problem, and what it keeps is none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.authoring.yaml_source import load
from tests.make.examples import EXAMPLES

LEFT_OUT = "What follows ` #` is left out by YAML."
NOT_INSIDE = "This line does not belong to the text above it: YAML leaves it out."
JOINED = "The lines of this text are joined to one, so that `{}` begins nothing here."


def said(text: str) -> list[tuple[int, str]]:
    _, problems = load("a.yaml", text, first_line=1)
    assert all(problem.hint for problem in problems)
    return [(problem.line, problem.message) for problem in problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: Bleeding #2", [(1, LEFT_OUT)]),
        ("title: Dose\t#2", [(1, LEFT_OUT)]),
        ("minutes: 20 # about", [(1, LEFT_OUT)]),
        ('title: "Dose" # two', [(1, LEFT_OUT)]),
        ("title: #2", [(1, LEFT_OUT)]),
        ("list:\n  - one\n  - two #2", [(3, LEFT_OUT)]),
        ("list: [one, two] # three", [(1, LEFT_OUT)]),
        ("list: [one, # two\n  three]", [(1, LEFT_OUT)]),
        ("list: # words\n  - one", [(1, LEFT_OUT)]),
        ("text: | # words\n  one", [(1, LEFT_OUT)]),
        ("a: {b: c} #d\ne: f #g", [(1, LEFT_OUT), (2, LEFT_OUT)]),
        ("text: |\n    one\n  ## Two\n", [(3, NOT_INSIDE)]),
        ("text: one\n  # two\n", [(2, NOT_INSIDE)]),
        ("list:\n  - text: one\n      # two\n", [(3, NOT_INSIDE)]),
        ("list:\n  - one\n    # two\n", [(3, NOT_INSIDE)]),
        ("text: >\n  - one\n  2. two", [(2, JOINED.format("-")), (3, JOINED.format("2."))]),
        ("text: one\n  - two", [(2, JOINED.format("-"))]),
        ('text: "one\n  | a | b |"', [(2, JOINED.format("|"))]),
        ("text: 'one\n  ## two'", [(2, JOINED.format("##"))]),
        (
            "text: >-\n  ::: tip\n  one\n  :::",
            [(2, JOINED.format(":::")), (4, JOINED.format(":::"))],
        ),
    ],
)
def test_what_is_lost_is_told(text: str, expected: list[tuple[int, str]]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "# A remark\ntitle: one",
        "list:\n  # A remark\n  - one\n  # Another\n  - two\n# And one\nmore: x",
        "list:\n  - text: one\n    # A remark\n    more: two\n",
        "list:\n    # A remark may stand anywhere before the first entry.\n  - one",
        "text: |\n  one\n  # two\n    # three\n",
        "text: |\n  one #2",
        "text: |\n  one #2\n\n# A remark\nmore: x",
        'title: "Bleeding #2"',
        "title: 'Bleeding #2'",
        "title: C#3 and a#b",
        "address: https://example.org/a#b",
        "text: >\n  One line\n  and another, -5 degrees, 3.5 mm, 2.\n",
        "text: One line\n  and another",
        "text: |\n  - one\n  - two\n",
    ],
)
def test_what_is_kept_is_no_problem(text: str) -> None:
    assert said(text) == []


WORDS = st.lists(
    st.sampled_from(["skin", "#2", "a#b", "-", "5 mm", "it's", ":", "C# 3", "1.10", "|"]),
    min_size=1,
    max_size=6,
).map(" ".join)


@given(WORDS.filter(lambda words: words != "|"))
@settings(max_examples=EXAMPLES)
def test_a_text_is_read_as_it_is_typed_or_told(words: str) -> None:
    """Whatever is typed after a key is the value, character by character, or there is a problem."""
    lined, problems = load("a.yaml", f"title: {words}\nmore: x\n")
    if not problems:
        assert lined is not None
        read = lined.scalars["title",].value
        assert str(read) == words or (isinstance(read, float) and float(words) == read), words


@given(WORDS)
@settings(max_examples=EXAMPLES)
def test_a_literal_text_loses_nothing(words: str) -> None:
    lined, problems = load("a.yaml", f"text: |\n  first\n  {words}\nmore: x\n")
    assert problems == []
    assert lined is not None
    assert lined.scalars["text",].value == f"first\n{words}\n"
