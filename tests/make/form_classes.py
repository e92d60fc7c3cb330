"""Every form of the application, for tests that hold for all of them."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import app
from app.web.forms import Form

APP = Path(app.__path__[0])


def every_form() -> Iterator[type[Form]]:
    """Import each module that names a form, and return the classes."""
    for path in sorted(APP.rglob("*.py")):
        if "Form" in path.read_text():
            import_module(".".join(path.relative_to(APP.parent).with_suffix("").parts))
    waiting = [Form]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.startswith("app."):
            yield form
