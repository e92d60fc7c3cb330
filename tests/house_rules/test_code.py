"""Rules of the house about code; each names the harm it prevents."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.house_rules.sources import nodes_of, tree_of

APP = Path(__file__).parent.parent.parent / "app"
SOURCES = sorted(APP.rglob("*.py"))
EDGES = ("web", "cli", "jobs.py", "doctor")
MOST_LINES = 400
MOST_LINES_OF_FUNCTION = 42
MEDIAN_LINES, MOST_LINES_OF_NEARLY_ALL = 7, 26
UNBOUNDED = ("cache", "functools.cache", "lru_cache(None)", "lru_cache(maxsize=None)")


def calls(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    for node in nodes:
        if isinstance(node, ast.Call):
            function = node.func
            name = (
                function.attr
                if isinstance(function, ast.Attribute)
                else getattr(function, "id", "")
            )
            yield name, node.lineno


def relative(path: Path) -> str:
    return str(path.relative_to(APP))


def test_only_the_database_commits_and_rolls_back():
    """A commit inside a use-case keeps half of a refused command."""
    offenders = [
        f"{relative(path)}:{line}"
        for path in SOURCES
        if relative(path) != "db/database.py"
        for name, line in calls(nodes_of(path))
        if name in ("commit", "rollback")
    ]
    assert offenders == []


def test_a_route_that_reads_opens_no_write_block():
    """With the database's one writer held, or its disk full, such a page would keep everybody from
    reading."""
    routes = [
        (relative(path), node)
        for path in SOURCES
        for node in nodes_of(path)
        if isinstance(node, ast.FunctionDef) and _is_get(node)
    ]
    assert len(routes) > 100
    offenders = [
        f"{path}:{line} {node.name}"
        for path, node in routes
        for name, line in calls(ast.walk(node))
        if name == "write"
    ]
    assert offenders == []


def _is_get(function: ast.FunctionDef) -> bool:
    called = [
        decorator.func for decorator in function.decorator_list if isinstance(decorator, ast.Call)
    ]
    return any(
        isinstance(function_called, ast.Attribute) and function_called.attr == "get"
        for function_called in called
    )


def test_only_the_edges_read_the_clock():
    """A rule that reads the clock itself cannot be tested at its exact limit."""
    offenders = [
        f"{relative(path)}:{line}"
        for path in SOURCES
        if not relative(path).startswith(EDGES)
        for name, line in calls(nodes_of(path))
        if name in ("now", "utcnow", "today", "real_clock")
    ]
    assert offenders == []


def test_every_change_of_a_whole_record_asks_which_version_it_was_made_from():
    """Two people who edit the same record must not silently undo each other's changes."""
    own = {"change_password", "change_address"}  # one value, proved by a password or a mailed link
    offenders = [
        f"{relative(path)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith(("change_", "rename_"))
        and node.name not in own
        and [each.arg for each in node.args.args[:2]] == ["db", "actor"]
        and "expected_version" not in {each.arg for each in node.args.kwonlyargs}
    ]
    assert offenders == []


def test_no_module_is_longer_than_a_person_reads():
    """A long module hides its second subject."""
    lengths = {relative(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_function_is_longer_than_a_person_holds_in_mind():
    """A long function is several functions without names. Docstrings do not count."""
    lengths = {
        f"{relative(path)}:{node.lineno} {node.name}": _lines_of_code(node)
        for path in SOURCES
        for node in nodes_of(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_FUNCTION} == {}


def test_functions_are_short_as_a_rule():
    """Half of all functions have at most 7 lines, and 95 % at most 26. Docstrings do not count."""
    lengths = sorted(
        _lines_of_code(node)
        for path in SOURCES
        for node in nodes_of(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert lengths[len(lengths) // 2] <= MEDIAN_LINES
    assert lengths[len(lengths) * 95 // 100] <= MOST_LINES_OF_NEARLY_ALL


def _lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    said = _span(first) if ast.get_docstring(function) is not None else 0
    return _span(function) - said


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_only_the_kit_writes_csv():
    """A writer of its own forgets the byte-order mark or the guard against formulas (R-110)."""
    offenders = [
        f"{relative(path)}:{node.lineno}"
        for path in SOURCES
        if relative(path) != "kit/spreadsheets.py"
        for node in nodes_of(path)
        if (isinstance(node, ast.Import) and "csv" in {alias.name for alias in node.names})
        or (isinstance(node, ast.ImportFrom) and node.module == "csv")
    ]
    assert offenders == []


def test_no_code_template_or_script_names_the_first_course():
    """An academy that teaches something else would show it. The demo seeds that course by its key."""
    root = APP.parent
    places = [
        *(path for path in SOURCES if not relative(path).startswith("demo/")),
        *(root / "templates").rglob("*.html"),
        *(root / "templates").rglob("*.txt"),
        *(root / "static" / "js").rglob("*.js"),
    ]
    assert len(places) > 500
    offenders = [
        str(path.relative_to(root)) for path in places if "mesotherap" in path.read_text().lower()
    ]
    assert offenders == []


def test_every_module_says_what_it_is_for():
    missing = [relative(path) for path in SOURCES if not ast.get_docstring(tree_of(path))]
    assert missing == []


def test_no_import_hides_a_cycle():
    """Only the modules named here import inside functions, each for the start-up time it saves."""
    allowed = {
        "web/fonts.py",
        "serving.py",
        "kit/typeface.py",
        "certificates/pdf_signature.py",
    }
    offenders = [
        f"{relative(path)}:{node.lineno}"
        for path in SOURCES
        if relative(path) not in allowed and not relative(path).startswith("cli/")
        for function in nodes_of(path)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert offenders == []


def test_only_one_filter_prints_html_unescaped():
    """`Markup` or `|safe` elsewhere is a way for somebody's text to become a script (R-086)."""
    code = [
        f"{relative(path)}:{line}"
        for path in SOURCES
        if relative(path) != "web/templating.py"
        for name, line in calls(nodes_of(path))
        if name == "Markup"
    ]
    templates = [
        str(path.name)
        for path in sorted((APP.parent / "templates").rglob("*.html"))
        if "|safe" in path.read_text().replace(" ", "")
    ]
    assert code + templates == []


def test_a_person_is_told_of_what_is_theirs_by_a_notice():
    """A person can read a mail again only as a notice. Exceptions are mails about signing in, whose
    links work once, and mails about enquiries, which come from strangers."""
    allowed = {
        "send_to_address": {"accounts", "enquiries"},
        "record_mail": {"notices", "outbox"},
        "payload_of": {"cli", "outbox"},
    }
    offenders = [
        f"{relative(path)}:{line}"
        for path in SOURCES
        for name, line in calls(nodes_of(path))
        if name in allowed and relative(path).split("/")[0] not in allowed[name]
    ]
    assert offenders == []


def test_every_cache_has_a_bound():
    """A cache without a bound that keeps a value for each argument grows until the process ends."""
    offenders = [
        f"{relative(path)}:{function.name}"
        for path in SOURCES
        for function in nodes_of(path)
        if isinstance(function, ast.FunctionDef)
        and (function.args.args or function.args.kwonlyargs)
        and any(ast.unparse(way) in UNBOUNDED for way in function.decorator_list)
    ]
    assert offenders == []
