"""YAML with lines: where each key and value stands, and what is refused."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.authoring.problems import Problem
from app.authoring.yaml_source import LinedYaml, load
from tests.make.examples import EXAMPLES


def loaded(text: str, first_line: int = 1) -> LinedYaml:
    lined, problems = load("a.yaml", text, first_line=first_line)
    assert problems == []
    assert lined is not None
    return lined


def test_every_key_and_entry_has_its_line() -> None:
    lined = loaded("# first\na: 1\nb:\n  - x\n  -\n    c: y\n", first_line=10)
    assert lined.value == {"a": 1, "b": ["x", {"c": "y"}]}
    assert lined.line(("a",)) == 11
    assert lined.line(("b", 0)) == 13
    assert lined.line(("b", 1, "c")) == 15


def test_a_missing_value_has_the_line_of_what_it_is_missing_in() -> None:
    lined = loaded("a: 1\nb:\n  - c: 2\n")
    assert lined.line(("b", 0, "nothing", "below")) == 3
    assert lined.line(("nothing",)) == 1


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("-7", -7),
        ("0", 0),
        ("007", "007"),
        ("1234567890123456", "1234567890123456"),
        ("2.50", 2.5),
        ("true", True),
        ("false", False),
        ("yes", "yes"),
        ("on", "on"),
        ("0x1f", "0x1f"),
        ("1:20", "1:20"),
        ("2026-01-02", "2026-01-02"),
        ("null", None),
        ("~", None),
        ('"1"', "1"),
        ("'true'", "true"),
        ("| \n  1", "1"),
    ],
)
def test_only_plain_values_are_guessed(written: str, value: object) -> None:
    value_read = loaded(f"a: {written}").value
    assert value_read == {"a": value}
    assert isinstance(value_read, dict)
    assert type(value_read["a"]) is type(value)


def test_keys_are_always_texts() -> None:
    assert loaded("true: a\n1: b\n").value == {"true": "a", "1": "b"}


def test_an_empty_document_is_nothing() -> None:
    assert loaded("").value is None
    assert loaded("# only a remark\n").value is None


def test_a_problem_in_a_literal_text_has_its_own_line() -> None:
    lined = loaded("a: |\n  one\n  two\nb: one two\nc: >\n  one\n  two\n")
    problem = Problem("", 2, "wrong", "mend it")
    assert lined.placed(problem, "a.yaml", ("a",)) == Problem("a.yaml", 3, "wrong", "mend it")
    assert lined.placed(problem, "a.yaml", ("b",)).line == 4
    assert lined.placed(problem, "a.yaml", ("c",)).line == 5


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: &x 2\n", 2, "Anchors"),
        ("a: 1\nb: *x\n", 2, "Anchors"),
        ("a: 1\n&x b: 1\n", 2, "Anchors"),
        ("a: !thing 2\n", 1, "tag"),
        ("a: !!set {b}\n", 1, "tag"),
        ("a: 1\n? [b, c]\n: 2\n", 2, "single word"),
        ("a: 1\n---\nb: 1\n", 2, "second document"),
        ("a: 1\nb: [1,\n", 2, "not valid YAML"),
        ("a: 1\nb: 'open\n", 2, "not valid YAML"),
        ("a: 1\nb: \x00\n", 2, "cannot be read"),
        ("a: " + "[" * 14 + "]" * 14, 1, "nested too deeply"),
        ("a: [" + "1," * 40_001 + "]", 1, "too many values"),
    ],
)
def test_refused(text: str, line: int, says: str) -> None:
    lined, problems = load("a.yaml", text)
    assert lined is None
    assert [(problem.path, problem.line) for problem in problems] == [("a.yaml", line)]
    assert says in problems[0].message
    assert problems[0].hint


def test_every_key_written_twice_is_named() -> None:
    _, problems = load("a.yaml", "a: 1\na: 2\nb:\n  c: 1\n  c: 2\n  c: 3\n")
    assert [problem.line for problem in problems] == [2, 5, 6]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=200))
@example("?")
@example("---\t")
def test_no_text_breaks_the_reader(text: str) -> None:
    lined, problems = load("a.yaml", text)
    assert (lined is None) <= bool(problems)
    for problem in problems:
        assert 1 <= problem.line <= text.count("\n") + text.count("\r") + 2
