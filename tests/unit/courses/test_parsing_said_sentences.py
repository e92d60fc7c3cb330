"""Every sentence that the parser can say to an author is said by a broken course, word by word."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from app.kit.paths import ROOT

APP = ROOT / "app"
MODULES = (
    *(
        f"authoring/{name}"
        for name in (
            *("blocks", "characters", "doses", "fields", "inline", "markdown", "messages"),
            *("svg", "unknown_markup", "yaml_losses", "yaml_source"),
        )
    ),
    *(
        f"courses/domain/{name}"
        for name in ("cross_references", "errata_file", "folder", "parsing", "source")
    ),
    *(
        path.relative_to(APP).with_suffix("").as_posix()
        for path in sorted((APP / "questions").glob("*/authoring.py"))
    ),
)
"""The modules that write problems."""
ELSEWHERE = (
    # These need a file or a folder that is too large for this repository; see test_parsing, test_svg and
    # test_yaml_source.
    "The folder is too large to be a course.",
    "At most 2000 files with 30 MB are read.",
    "The file has 401 kB; at most 400 kB are read.",
    "The drawing has 201 kB; at most 200 kB are accepted.",
    "Simplify its paths, or leave out what cannot be seen.",
    "The file holds too many values.",
    # This needs another name of the folder; see test_parsing.
    "The name of the course's folder, `X`, is not a key.",
    # Notices of a course without problems; see test_parsing and test_insertions.
    "No lesson has the reference `x` among its sources.",
    "Name it where it supports something, or take it out.",
    "Clinical value `x` is not set: y (z).",
    "Lessons say: “x” The clinical lead sets it with source, name and date.",
    # Only where a text is read that was not looked through for such characters; see test_yaml_source.
    "A character here cannot be read.",
    "Remove it; it is probably invisible and came with a copied text.",
    # The beginning of several hints.
    "Write the sign after a backslash, as in `{}`, where the sign itself is meant.",
)
BROKEN = Path(__file__).parents[2] / "fixtures" / "broken_courses"


def sentences(module: str) -> Iterator[str]:
    """A pattern for each literal of a module that is a sentence; what is filled in may be anything."""
    tree = ast.parse((APP / f"{module}.py").read_text(encoding="utf-8"))
    documentation = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {
        part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    for node in said_at(tree) if module.startswith("questions/") else ast.walk(tree):
        if node in documentation or node in parts:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text, pattern = node.value, re.escape(node.value)
        elif isinstance(node, ast.JoinedStr):
            pieces = [
                str(part.value) if isinstance(part, ast.Constant) else None for part in node.values
            ]
            text = "".join(piece or "x" for piece in pieces)
            pattern = "".join(".*" if piece is None else re.escape(piece) for piece in pieces)
        else:
            continue
        if is_sentence(text):
            yield pattern


def said_at(tree: ast.Module) -> Iterator[ast.AST]:
    """What is inside of a refusal. A type of question also writes sentences about changes, which are no
    problems: see test_diff."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "UnfitError.because":
            yield from ast.walk(node)


def is_sentence(text: str) -> bool:
    words = text.split()
    return len(words) > 3 and text[0] in "`\"'(" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" and "(?" not in text


@pytest.fixture(scope="module")
def said() -> str:
    entries = [
        entry
        for folder in BROKEN.iterdir()
        for entry in yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    ]
    return "\n".join([*(f"{entry['says']}\n{entry['hint']}" for entry in entries), *ELSEWHERE])


def test_the_modules_are_read() -> None:
    assert sum(len([*sentences(module)]) for module in MODULES) > 150


@pytest.mark.parametrize("module", MODULES)
def test_each_sentence_is_said_by_a_broken_course(module: str, said: str) -> None:
    assert [pattern for pattern in sentences(module) if not re.search(pattern, said)] == []
