"""Secrets that do not stand in the environment: in a file that is named there, or in the credentials that
systemd hands to a service.

`PRECEPTOR_SECRET_KEY_FILE=/path` names a file with the value of `PRECEPTOR_SECRET_KEY`. In the folder
`CREDENTIALS_DIRECTORY` a file is named like the setting itself. One trailing end of line is taken off.
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
"""Rights at a file with which others could read or change a secret."""


class SecretFiles(PydanticBaseSettingsSource):
    """What the files say. A file that cannot be read is no value; `file_problems` says so in a line."""

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
    """Return the sources of settings: what stands in the environment itself comes first."""
    return init, environment, SecretFiles(settings)


def file_value(environment: Mapping[str, str], name: str) -> str | None:
    """Return the value of a setting from its file, or None where it has none that can be read."""
    path = file_of(environment, name)
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return text.removesuffix("\n").removesuffix("\r") if len(text) <= LONGEST else None


def file_of(environment: Mapping[str, str], name: str) -> Path | None:
    """Return the file that holds a setting: the one that is named, or the service's credential."""
    setting = f"{PREFIX}{name.upper()}"
    if named := environment.get(setting + SUFFIX):
        return Path(named)
    if name in FROM_FILES and (folder := environment.get("CREDENTIALS_DIRECTORY")):
        credential = Path(folder) / setting
        return credential if credential.exists() else None
    return None


def file_problems(environment: Mapping[str, str], *, is_production: bool) -> list[str]:
    """Return a line for each named file that cannot be used, and for each setting that is given twice. In
    production a secret that others may read is refused too; systemd guards its credentials itself."""
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
