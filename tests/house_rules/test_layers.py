"""The layer contracts of `pyproject.toml` cover every module. import-linter checks the contracts;
these tests check that they are complete."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.house_rules.layers import (
    APP,
    ROOT,
    TYPES,
    below_the_edges,
    file_of,
    layer_contracts,
    use_case_modules,
)
from tests.house_rules.sources import nodes_of

JOIN_FEATURES = {"home", "reports"}
"""Features whose pages combine many others, with one statement for each part of a page. No feature
is above them, so no other code depends on a table through them."""
READS_ANY_TABLE = {"db", "retention"}
"""Migrations compare all tables. Retention rules name tables and columns, and tests compare them
with the schema."""

HTTP = {"fastapi", "starlette", "jinja2"}


def modules() -> set[str]:
    """Return the name of every module of `app`; a package counts by its modules."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in APP.rglob("*.py")
        if path.name != "__init__.py"
    }


def test_every_module_stands_in_one_layer():
    """import-linter checks only packages that have a contract."""
    named = Counter(
        module
        for contract in layer_contracts().values()
        for module in contract.modules
        if not file_of(module).is_dir()
    )
    assert set(named) == modules()
    assert {module for module, times in named.items() if times > 1} == set()


def test_every_package_has_its_contract_or_stands_with_dots_in_that_of_its_feature():
    contracts = layer_contracts()
    packages = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in APP.rglob("__init__.py")
        if any(each.suffix == ".py" and each != path for each in path.parent.iterdir())
    }
    ignored = {
        f"{container}.{name}"
        for container, contract in contracts.items()
        for name in contract.ignored_children
    }
    held = {name for contract in contracts.values() for name in contract.containers}
    assert held == packages - ignored
    assert ignored <= packages


def test_the_contracts_have_no_exceptions():
    """An ignored import would also hide the next forbidden import."""
    assert [c.container for c in layer_contracts().values() if not c.is_exhaustive] == [TYPES]
    assert [c.container for c in layer_contracts().values() if c.ignored_imports] == []


def test_use_cases_are_found_in_modules_and_in_packages():
    files = use_case_modules()
    assert {"app.courses.service", "app.accounts.factors.service"} <= set(files)
    assert "app.practicals.service.seats" in files
    assert not {"app.practicals.service", "app.practicals.steps.locking"} & set(files)
    assert all(path.is_file() for path in files.values())


def imports_of(path: Path) -> Iterator[str]:
    """Yield the full name of each module, or of a name in it, that a file imports."""
    for node in nodes_of(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def imports_of_models(path: Path) -> Iterator[str]:
    """Yield the package of each `models` module of `app` that a file imports."""
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "app" and parts[-1] == "models":
            yield parts[1]


def test_use_cases_and_what_lies_below_know_no_http():
    """Pages, the API, the command line and jobs call the same use-cases."""
    below = [file_of(module) for module in below_the_edges()]
    files = {file for path in below for file in (path.rglob("*.py") if path.is_dir() else (path,))}
    assert len(files) > 150
    offenders = {
        f"{file.relative_to(APP)}: {name}"
        for file in files
        for name in imports_of(file)
        if name.split(".")[0] in HTTP or f"{name}.".startswith("app.web.")
    }
    assert offenders == set()


def test_no_feature_imports_the_models_of_another():
    """A change of a table must affect only its feature. Higher features call its `queries`; for a
    join in one statement they use the columns that the feature exports (`accounts.person_columns`)."""
    offenders = {
        f"{path.relative_to(APP)}: {package}"
        for path in APP.rglob("*.py")
        for package in imports_of_models(path)
        if package != (feature := path.relative_to(APP).parts[0]) and feature not in JOIN_FEATURES
    }
    assert offenders == set()


def test_no_feature_reaches_a_table_by_its_name():
    """That would get around the rule above."""
    offenders = {
        str(path.relative_to(APP))
        for path in APP.rglob("*.py")
        if path.relative_to(APP).parts[0] not in READS_ANY_TABLE
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "Base.metadata"
    }
    assert offenders == set()
