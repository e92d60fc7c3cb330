"""The README and the decisions name code that exists: a tour of an older tree misleads newcomers."""

import ast
import re

import pytest

from tests.house_rules.layers import APP, ROOT
from tests.house_rules.policy_table import STUDENT

README = (ROOT / "README.md").read_text()
TOUR = README.partition("## A tour of the tree")[2].partition("```\n")[2].partition("```")[0]
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
NAMED_IN = re.compile(r"`(\w+)`\s+in\s+`(app/[\w/]+\.py)`")
FILE = re.compile(r"`(app/[\w/]+\.py)`")
EXAMPLE = re.compile(r"^`([\w/.]+)`\n\n```", re.MULTILINE)
"""A file whose content stands below its name: one that a reader would write."""


def test_the_tour_names_everything_in_app():
    here = {f"{path.name}/" for path in APP.iterdir() if (path / "__init__.py").is_file()}
    here |= {path.name for path in APP.glob("*.py")} - {"__init__.py"}
    assert len(here) > 30
    assert {name for name in here if not re.search(rf"\b{re.escape(name)}(?!\w)", TOUR)} == set()


def named() -> set[tuple[str, str]]:
    """Return the pairs of name and file that documents write as “`name` in `app/….py`”."""
    return {pair for path in DOCUMENTS for pair in NAMED_IN.findall(path.read_text())}


@pytest.mark.parametrize(("name", "file"), sorted(named()))
def test_what_stands_in_a_file_is_there(name, file):
    names = set()
    for node in ast.parse((ROOT / file).read_text()).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
        names |= {getattr(each, "name", getattr(each, "id", None)) for each in targets}
    assert name in names


def test_every_file_that_a_document_names_exists():
    texts = [path.read_text() for path in DOCUMENTS]
    files = {file for text in texts for file in FILE.findall(text)}
    files -= {file for text in texts for file in EXAMPLE.findall(text)}
    assert len(files) > 20
    assert {file for file in files if not (ROOT / file).is_file()} == set()


def test_the_path_of_one_request_begins_at_a_route():
    (route,) = re.findall(r"^1\. `(POST [^`]+)` passes", README, re.MULTILINE)
    assert route in STUDENT
    assert len(named()) >= 5
