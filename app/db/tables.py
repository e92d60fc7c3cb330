"""Importing every table, for migrations and tests that need the whole schema."""

from importlib import import_module
from pkgutil import iter_modules

import app


def load_tables() -> None:
    """Import every feature's `models`, so that the metadata is complete."""
    import_module("app.db.limits")
    import_module("app.db.idempotency")
    for feature in iter_modules(app.__path__):
        if feature.ispkg:
            _load(f"app.{feature.name}")


def _load(package: str) -> None:
    names = {module.name for module in iter_modules(import_module(package).__path__)}
    if "models" in names:
        import_module(f"{package}.models")
