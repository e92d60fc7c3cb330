"""Rules of the house about tests; each names the harm it prevents."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house_rules.layers import APP
from tests.house_rules.sources import nodes_of

TESTS = Path(__file__).parent.parent
UNIT, INTEGRATION = TESTS / "unit", TESTS / "integration"
OF_THE_WHOLE = {
    "test_golden_documents": "what is stored or kept on devices, of every feature",
    "test_locks": "the locks of requirements",
    "test_permissions": "the policies of all features in one table",
}
"""Files directly in `tests/unit` that are about no single module."""
ACROSS_FEATURES = {"routes", "upgrades"}
"""Folders of `tests/integration` that are about no single package."""


def _names_below(package: Path) -> set[str]:
    """Return the names of the modules and packages below a package."""
    return {path.stem for path in package.rglob("*.py")} | {
        path.name for path in package.rglob("*") if path.is_dir()
    }


def _is_named_after(path: Path, names: set[str]) -> bool:
    """Tell whether a test file has the name of a module or package, alone or before an aspect of it:
    `test_seats.py` and `test_seats_words.py` of `seats`."""
    words = path.stem.removeprefix("test_").split("_")
    return any("_".join(words[:count]) in names for count in range(1, len(words) + 1))


def test_unit_tests_stand_where_their_module_stands():
    """People change a rule together with its test if they find the test without a search."""
    lost = []
    for path in sorted(UNIT.rglob("test_*.py")):
        package = APP / path.parent.relative_to(UNIT)
        names = (
            {each.stem for each in APP.glob("*.py")} | OF_THE_WHOLE.keys()
            if package == APP
            else set()
        )
        names = names or _names_below(package)
        if not package.is_dir():
            lost.append(
                f"{path.relative_to(TESTS)}: there is no package {package.relative_to(APP.parent)}"
            )
        elif path.stem not in names and not _is_named_after(path, names):
            lost.append(
                f"{path.relative_to(TESTS)}: begin its name with that of a module or package"
            )
    assert lost == []


def test_integration_tests_stand_with_their_package():
    """The same, for what needs a database or a browser of the tests."""
    folders = {path.parent for path in INTEGRATION.rglob("test_*.py")} - {INTEGRATION}
    assert [
        str(folder.relative_to(TESTS))
        for folder in sorted(folders)
        if folder.name not in ACROSS_FEATURES
        and not (APP / folder.relative_to(INTEGRATION)).is_dir()
    ] == []


def _only_misses(path: Path) -> Iterator[ast.FunctionDef]:
    """Yield the tests that expect no error and whose assertions all have the form `x not in y`."""
    for function in nodes_of(path):
        if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
            asserted = [node.test for node in ast.walk(function) if isinstance(node, ast.Assert)]
            misses = [
                isinstance(test, ast.Compare) and all(isinstance(op, ast.NotIn) for op in test.ops)
                for test in asserted
            ]
            if misses and all(misses) and "pytest.raises" not in ast.unparse(function):
                yield function


def test_a_test_of_absent_words_looks_at_what_is_there_too():
    """A page that answers 500, or a list that is empty, has none of the words that must not be in it: such a
    test cannot fail. Assert the status, or words that are there."""
    assert [
        f"{path.relative_to(TESTS)}:{function.lineno} {function.name}"
        for path in sorted(TESTS.rglob("test_*.py"))
        if "fixtures" not in path.parts
        for function in _only_misses(path)
    ] == []


def _loops_started_in(code: str) -> Iterator[int]:
    """Yield the line of each event loop that is started in the thread of the test itself."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    apart = {
        part
        for call in calls
        if ast.unparse(call.func) == "in_its_own_thread"
        for part in ast.walk(call)
    }
    for call in calls:
        if ast.unparse(call.func) in {"anyio.run", "asyncio.run"} and call not in apart:
            yield call.lineno


def test_no_test_starts_an_event_loop_beside_that_of_the_browser():
    """The browser keeps a loop in the thread of the tests, so such a test fails where it runs after one of
    the browser. Use `in_its_own_thread` or the fixture `portal`."""
    for code, lines in (("anyio.run(ask)", [1]), ("in_its_own_thread(lambda: anyio.run(ask))", [])):
        assert list(_loops_started_in(code)) == lines
    assert [
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted(TESTS.rglob("*.py"))
        if "fixtures" not in path.parts
        for line in _loops_started_in(path.read_text(encoding="utf-8"))
    ] == []
