"""Reads secrets that are not in the environment: from a file that a variable names, or from the
credentials that systemd gives to a service.

`PRECEPTOR_SECRET_KEY_FILE=/path` names a file with the value of `PRECEPTOR_SECRET_KEY`. In the folder
`CREDENTIALS_DIRECTORY` a file has the name of the setting itself. One line break at the end is
removed.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from app.settings_rules import PREFIX

FROM_FILES: Final = ("secret_key", "database_url", "mail_url", "metrics_token")
"""The settings that are secret or hold a password."""
SUFFIX: Final = "_FILE"
LONGEST: Final = 10_000
OPEN_TO_OTHERS: Final = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP
"""File permissions that let others read or change a secret."""


class SecretFiles(PydanticBaseSettingsSource):
    """Reads values of settings from files. An unreadable file gives no value; `file_problems`
    reports it."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return file_value(os.environ, field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {name: file_value(os.environ, name) for name in FROM_FILES}
        fields = self.settings_cls.model_fields
        return {
            name: value for name, value in values.items() if value is not None and name in fields
        }


def with_files(
    settings: type[BaseSettings],
    init: PydanticBaseSettingsSource,
    environment: PydanticBaseSettingsSource,
) -> tuple[PydanticBaseSettingsSource, ...]:
    """Return the sources of settings; the environment itself has priority."""
    return init, environment, SecretFiles(settings)


def file_value(environment: Mapping[str, str], name: str) -> str | None:
    """Return the value of a setting from its file, or None if there is no readable file."""
    path = file_of(environment, name)
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return text.removesuffix("\n").removesuffix("\r") if len(text) <= LONGEST else None


def file_of(environment: Mapping[str, str], name: str) -> Path | None:
    """Return the file of a setting: the named one, or the service's credential."""
    setting = f"{PREFIX}{name.upper()}"
    if named := environment.get(setting + SUFFIX):
        return Path(named)
    if name in FROM_FILES and (folder := environment.get("CREDENTIALS_DIRECTORY")):
        credential = Path(folder) / setting
        return credential if credential.exists() else None
    return None


def file_problems(environment: Mapping[str, str], *, is_production: bool) -> list[str]:
    """Return a line for each named file that cannot be used, and for each setting that is given
    twice. In production a secret file that others may read is refused too; systemd protects its
    credentials itself."""
    lines = []
    for name in FROM_FILES:
        setting = f"{PREFIX}{name.upper()}"
        named = setting + SUFFIX
        if named not in environment:
            continue
        if setting in environment:
            lines.append(f"{named} and {setting} are both set. Keep one of them.")
        elif words := _file_problem(environment, name, is_production=is_production):
            lines.append(f"{named} {words}. Example: {named}=/etc/preceptor/{name}")
    return lines


def _file_problem(environment: Mapping[str, str], name: str, *, is_production: bool) -> str | None:
    path = environment[f"{PREFIX}{name.upper()}{SUFFIX}"]
    if not path.strip():
        return "is empty. Give it a value or take it away"
    if file_value(environment, name) is None:
        return "must name a file that this user can read, with one short value"
    if is_production and Path(path).stat().st_mode & OPEN_TO_OTHERS:
        return "names a file that others may read or change. Close it with chmod 600"
    return None
