"""Rules of the house about facts and their handlers; each names the harm it prevents."""

from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import get_type_hints

import pytest
from sqlalchemy.orm import Session

import app
from app.db.database import Database
from app.handlers import handlers_with
from app.outbox.facts import Fact
from tests.make.keys import ISSUER

APP = Path(app.__file__).parent
HANDLERS = handlers_with(ISSUER)
MODULES = [path for path in APP.glob("*/facts.py") if path.parent.name not in ("outbox", "workers")]


def test_every_fact_has_handlers_or_says_why_it_has_none():
    """A fact that the worker does not know is refused and given up after hours. That the names of
    handlers agree in both directions is checked when the process starts."""
    announced = {
        value
        for path in MODULES
        for value in vars(import_module(f"app.{path.parent.name}.facts")).values()
        if isinstance(value, type) and issubclass(value, Fact) and "name" in vars(value)
    }
    assert len(announced) >= 11
    assert announced == set(HANDLERS.facts.values())


@pytest.mark.parametrize(
    "handler", list(HANDLERS), ids=lambda each: f"{each.fact.name}-{each.name}"
)
def test_slow_work_gets_no_transaction(handler):
    """A handler that prepares in a transaction would keep everybody else waiting meanwhile."""
    written = get_type_hints(handler.act)
    assert next(written[name] for name in signature(handler.act).parameters) is Session
    if handler.prepare is None:
        return
    hints = get_type_hints(handler.prepare)
    taken = [hints[name] for name in signature(handler.prepare).parameters]
    assert taken[0] is Database
    assert Session not in taken
    assert issubclass(handler.fact, taken[1])
