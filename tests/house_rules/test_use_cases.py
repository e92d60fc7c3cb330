"""Rules of the house about who may call a use-case; each names the harm it prevents."""

from pathlib import Path

import pytest

from tests.house_rules.layers import APP, layer_contracts
from tests.house_rules.use_cases import (
    MARKS,
    files_of_use_cases,
    functions_of,
    guarded_by_require,
    imports_of,
    is_step,
    marks_of,
    parameters_of,
    relative,
    writes_rows,
)

USE_CASES = files_of_use_cases()
SOURCES = sorted(APP.rglob("*.py"))
FEATURES = {
    contract.container.split(".")[1]
    for contract in layer_contracts().values()
    if any("service" in layer for layer in contract.layers)
} | {"retention"}
WRITES_WITHOUT_A_PERMISSION = {
    "accounts/identity.py",  # when a sign-in or a token was used last
    "outbox/heartbeats.py",  # that a worker lives
    *(f"{name}/service.py" for name in ("audit", "outbox")),  # below the features
    *(
        f"retention/{name}.py" for name in ("drawings", "leaving", "mentions", "sweeping")
    ),  # by age alone
}
WITHOUT_A_PERSON = ("jobs.py", "handlers.py", "cli", "backups", "demo", "workers")
"""The modules that start work without a request of a person over the network."""


@pytest.mark.parametrize("path", USE_CASES, ids=relative)
def test_every_use_case_says_who_may_call_it(path: Path):
    """A use-case that forgets to ask is open to everyone who finds a route to it (R-030)."""
    guarded = guarded_by_require(path)
    assert [
        function.name
        for function in functions_of(path)
        if not function.name.startswith("_")
        and function.name not in guarded
        and MARKS.isdisjoint(marks_of(function))
    ] == []


def test_there_are_use_cases_of_every_mark():
    """If no use-case were marked, the rules below would check nothing."""
    marked = {mark for path in USE_CASES for each in functions_of(path) for mark in marks_of(each)}
    assert marked >= MARKS


@pytest.mark.parametrize("path", USE_CASES, ids=relative)
def test_a_public_use_case_knows_nobody(path: Path):
    """A function with an actor acts with that person's rights, so it must check them."""
    assert [
        function.name
        for function in functions_of(path)
        if "public_use_case" in marks_of(function)
        and not {"actor", "system"}.isdisjoint(parameters_of(function))
    ] == []


@pytest.mark.parametrize("path", USE_CASES, ids=relative)
def test_an_own_use_case_takes_no_other_person(path: Path):
    """With the id of a person among its parameters, everybody could act on everybody."""
    wrong = []
    for function in functions_of(path):
        if "own_use_case" in marks_of(function):
            parameters = parameters_of(function)
            if parameters.pop("actor", "") != "Actor" or "UserId" in " ".join(parameters.values()):
                wrong.append(function.name)
    assert wrong == []


def test_an_inner_step_is_called_by_use_cases_alone():
    """An inner step checks no permission. A page, API route, job or command that calls it directly
    would be unprotected."""
    may = {*USE_CASES, *(path for path in SOURCES if "steps" in path.parts)}
    steps = {path for path in SOURCES if "steps" in path.parts and path.name != "__init__.py"}
    assert len(steps) > 10
    assert [
        f"{relative(path)} imports {name}"
        for path in SOURCES
        if path not in may
        for name in imports_of(path)
        if name.startswith("app.") and is_step(name)
    ] == []


def test_rows_are_written_by_use_cases_and_inner_steps_alone():
    """The rules above do not check functions elsewhere, so those must not write."""
    may = {*USE_CASES, *(path for path in SOURCES if "steps" in path.parts)}
    features = {path for path in SOURCES if relative(path).split("/")[0] in FEATURES}
    assert len(features) > 200
    assert {
        relative(path) for path in features - may if writes_rows(path)
    } == WRITES_WITHOUT_A_PERMISSION


def test_only_jobs_and_commands_act_as_the_system():
    """A route that passed `SystemActor` would give its visitor every right of the system."""
    inside = {*USE_CASES, APP / "kit" / "actor.py"}
    assert [
        relative(path)
        for path in SOURCES
        if path not in inside
        and path.name != "policy.py"
        and not relative(path).startswith(WITHOUT_A_PERSON)
        and "app.kit.actor.SystemActor" in imports_of(path)
    ] == []
