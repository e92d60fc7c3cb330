"""Imports every table, for migrations and tests that need the whole schema."""

from importlib import import_module
from pkgutil import walk_packages

import app


def load_tables() -> None:
    """Import every feature's `models`, so that the metadata is complete."""
    import_module("app.db.rate_limits")
    import_module("app.db.idempotency")
    for module in walk_packages(app.__path__, "app."):
        if module.name.endswith(".models"):
            import_module(module.name)
