"""Tests do not fail because a machine is busy: they take every limit from `tests/make/patience.py`."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent.parent
FOLDERS = ("browser", "e2e", "sight")
WAITING = frozenset(
    {"sleep", "wait_for_timeout", "set_default_timeout", "set_default_navigation_timeout"}
)
LIMITS = frozenset({"timeout", "within"})
MOST_PAUSE = 0.5


def fixed_limits(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that wait, or limit a wait, by a number of their own. The pause of a tenth of
    a second between two checks does not count."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        numbers = [word.value for word in node.keywords if word.arg in LIMITS]
        if name in WAITING:
            numbers += node.args[:1]
        for number in numbers:
            is_number = isinstance(number, ast.Constant) and isinstance(number.value, int | float)
            if is_number and (name != "sleep" or number.value > MOST_PAUSE):
                yield node.lineno


def test_no_test_of_a_browser_or_a_server_has_a_time_limit_of_its_own():
    fixed = [
        f"{path.relative_to(TESTS)}:{line}"
        for folder in FOLDERS
        for path in sorted((TESTS / folder).rglob("*.py"))
        for line in fixed_limits(ast.parse(path.read_text()))
    ]
    assert fixed == [], "wait by expect(…) or tests.make.patience.until, without a number"


def test_a_fixed_limit_is_seen():
    source = (
        "page.wait_for_timeout(250)\n"
        "expect(x).to_be_visible(timeout=5_000)\n"
        "server.start(within=60)\n"
        "sleep(0.1)\n"
        "sleep(2)\n"
        "page.wait_for_timeout(rest)\n"
    )
    assert list(fixed_limits(ast.parse(source))) == [1, 2, 3, 5]
