"""The settings that `make run` uses, for the commands that people type beside it.

`make run` writes the settings of its server into `var/make-run.env` (see the Makefile). A command without
any setting of its own takes them, whatever folder it is typed in. In production nobody types `make run`.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.kit.paths import ROOT
from app.settings_rules import PREFIX

REMEMBERED: Final = ROOT / "var" / "make-run.env"

_PLACES: Final = {
    "DATABASE_URL": "sqlite:///{folder}/preceptor.db",
    "FILES_URL": "{folder}/files",
    "SIGNING_KEYS": "{folder}/signing.keys",
    "SEALING_KEYS": "{folder}/sealing.keys",
}
"""Settings whose default is a path below the folder in which `make run` was typed."""


def has_settings(environment: Mapping[str, str]) -> bool:
    """Whether anybody has set anything: a setting, or the credentials of a service."""
    return "CREDENTIALS_DIRECTORY" in environment or any(
        name.startswith(PREFIX) for name in environment
    )


def remembered_settings(path: Path) -> dict[str, str]:
    """Return what `make run` set, with whole paths; nothing where it was never typed or the file cannot be
    read."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.partition("=") for line in lines if line.startswith(PREFIX))
    settings = {name: value for name, _, value in pairs}
    if not settings:
        return {}
    places = {
        PREFIX + name: place.format(folder=path.parent.resolve()) for name, place in _PLACES.items()
    }
    return {**places, **settings}


def take_settings_of_make_run() -> Path | None:
    """Put what `make run` set into the environment, and return the file it came from; None where there is
    nothing to take."""
    settings = remembered_settings(REMEMBERED)
    os.environ.update(settings)
    return REMEMBERED if settings else None
