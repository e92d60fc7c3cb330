"""Imports every table, for what needs the whole schema: migrations, retention, audits and tests."""

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

import app


@cache
def load_tables() -> None:
    """Import every feature's `models`, so that the metadata is complete. Only the first call costs time."""
    import_module("app.db.rate_limits")
    import_module("app.db.idempotency")
    for module in walk_packages(app.__path__, "app."):
        if module.name.endswith(".models"):
            import_module(module.name)
