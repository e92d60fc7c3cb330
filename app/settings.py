"""Settings of one installation: read once from the environment, checked, handed down as values."""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.kit.hosts import Network, networks_of
from app.settings_rules import (
    DEMO_SECRET,
    PREFIX,
    RULES,
    SHAPES,
    RuleContext,
    line_of,
    unknown_names,
)
from app.settings_sources import FROM_FILES, SUFFIX, file_problems, with_files

MASK = "**********"
_USER_OF_ADDRESS = re.compile(r"//.*@")


class Environment(StrEnum):
    production = "production"
    demo = "demo"
    test = "test"


class SettingsRefused(Exception):
    """Raised for settings that must not be used. Each line names one setting, says what is wrong with it and
    what to do, and repeats no value."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class EnvironmentSettings(BaseSettings):
    """The kind of this installation. The rules of all other settings depend on it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        validate_default=True,
    )

    env: Environment = Environment.production

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return with_files(settings_cls, init_settings, env_settings)

    @field_validator("*", mode="before")
    @classmethod
    def _filled(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str) and not value.strip():
            words = "is empty. Give it a value or take it away"
            raise ValueError(line_of(info.field_name or "", words))
        return value


class Settings(EnvironmentSettings):
    """Every setting, with the prefix `PRECEPTOR_`. `ENV` unset means production.

    The rule of each setting is in `app.settings_rules`; production requires more than a demo or a
    test.
    """

    # Before the others: the rule of `workers` depends on it.
    database_url: str = "sqlite:///var/preceptor.db"
    secret_key: SecretStr = SecretStr(DEMO_SECRET)
    base_url: str = "http://127.0.0.1:8000"
    time_zone: str = "Europe/London"
    mail_url: str | None = None
    mail_from: str = "Preceptor Academy <academy@preceptor.example>"
    files_url: str = "var/files"
    signing_keys: Path | None = None
    sealing_keys: Path | None = None
    workers: int = Field(default=1, ge=1, le=64)
    threads: int = Field(default=20, ge=2, le=20)
    test_clock: Path | None = None
    academy_name: str = "Preceptor Academy"
    academy_file: Path | None = None
    metrics_token: SecretStr | None = None
    log_level: str = "INFO"
    second_factor: Literal["staff", "nobody"] | None = None
    offline_attempts: Literal["on", "off"] = "on"
    trusted_proxy: str | None = None

    @classmethod
    def from_environment(cls) -> Self:
        """Read the settings, or raise SettingsRefused with everything that is wrong. In production
        an unknown name with our prefix is an error too; elsewhere `unknown_settings` lists it."""
        lines, settings = [], None
        try:
            settings = cls()
        except ValidationError as error:
            lines = [_line_of(each) for each in error.errors()]
        try:
            is_production = EnvironmentSettings().env is Environment.production
        except ValidationError:
            is_production = False
        lines += file_problems(os.environ, is_production=is_production)
        if is_production:
            lines += [f"{line} Correct it or take it away." for line in unknown_settings()]
        if settings is None or lines:
            raise SettingsRefused(lines)
        return settings

    @field_validator("base_url", mode="before")
    @classmethod
    def _as_browsers_write_it(cls, value: Any) -> Any:
        return value.rstrip("/").lower() if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("*", mode="after")
    @classmethod
    def _by_its_rule(cls, value: Any, info: ValidationInfo) -> Any:
        rule = RULES.get(info.field_name or "")
        stage = info.data.get("env")
        around = RuleContext(
            is_production=stage is Environment.production,
            is_demo=stage is Environment.demo,
            database_url=info.data.get("database_url", ""),
        )
        if rule is not None and (words := rule(value, around)):
            raise ValueError(line_of(info.field_name or "", words))
        return value

    def without_secrets(self) -> dict[str, Any]:
        """Return every setting as plain JSON that may be shown. Secrets, and everything that gives
        access to a database, a mail server or a file store, are masked."""
        shown = self.model_dump(mode="json")
        return {
            name: masked_address(value) if isinstance(value, str) else value
            for name, value in shown.items()
        }

    def __repr_args__(self) -> Any:
        """Say the same in tracebacks and test reports."""
        return self.without_secrets().items()

    @property
    def proxies(self) -> tuple[Network, ...]:
        """The networks of the reverse proxies that we trust to name the client."""
        return networks_of(self.trusted_proxy)

    @property
    def staff_need_factor(self) -> bool:
        """Whether instructors and admins must have a second factor: always in production (R-025)."""
        return self.second_factor == "staff" or self.env is Environment.production

    @property
    def kind_of_database(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.database_url.partition(":")[0].partition("+")[0]

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def unknown_settings() -> list[str]:
    """Return a line for each environment variable that has our prefix and is not a setting."""
    files = [name + SUFFIX for name in FROM_FILES]
    return unknown_names(os.environ, Settings.model_fields, known_files=files)


def _line_of(error: ErrorDetails) -> str:
    """Return the line of one error: our own message or, if the value has the wrong type, what it
    must be."""
    field = str(error["loc"][0])
    if error["type"] == "value_error":
        return error["msg"].removeprefix("Value error, ")
    return line_of(field, SHAPES.get(field, "cannot be read"))


def masked_address(text: str) -> str:
    """Return an address with its password and the values of its query masked; file stores have
    their keys in the query. A user name without a password is masked too, because it may be an
    access key. A text that is no address is returned unchanged."""
    if "://" not in text:
        return text
    bare = _USER_OF_ADDRESS.sub(_masked_user, text, count=1)
    parts = urlsplit(bare)
    query = re.sub(r"=[^&]*", f"={MASK}", parts.query)
    return urlunsplit(parts._replace(query=query)) if query else bare


def _masked_user(match: re.Match[str]) -> str:
    user, colon, _ = match[0].removeprefix("//").removesuffix("@").partition(":")
    return f"//{user}:{MASK}@" if colon else f"//{MASK}@"
