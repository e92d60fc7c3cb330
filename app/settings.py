"""Settings of one installation: read once from the environment, checked, handed down as values."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_SECRET = "demo-secret-that-production-refuses"  # noqa: S105 - known to all, refused in production

MASK = "**********"
_USER_OF_ADDRESS = re.compile(r"//.*@")


class Environment(StrEnum):
    production = "production"
    demo = "demo"
    test = "test"


class Settings(BaseSettings):
    """Every setting, with the prefix `PRECEPTOR_`. `ENV` unset means production.

    Production refuses to start with a default secret, an http base URL, no mail server, no key files or a
    movable clock, and says which.
    """

    model_config = SettingsConfigDict(
        env_prefix="PRECEPTOR_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: str = "sqlite:///var/preceptor.db"
    secret_key: SecretStr = SecretStr(DEMO_SECRET)
    base_url: str = "http://127.0.0.1:8000"
    env: Environment = Environment.production
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
    metrics_token: SecretStr | None = None
    log_level: str = "INFO"
    trusted_proxy: str | None = None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @field_validator("base_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        problems = self.problems()
        if problems:
            raise ValueError(" ".join(problems))
        return self

    def problems(self) -> list[str]:
        """Return why these settings must not serve, in words; empty when they may."""
        found = []
        if self.workers > 1 and self.database_url.startswith("sqlite"):
            found.append("PRECEPTOR_WORKERS above 1 needs PostgreSQL; SQLite has one process.")
        if self.env is not Environment.production:
            return found
        secret = self.secret_key.get_secret_value()
        if secret == DEMO_SECRET or len(secret) < 32:
            found.append("PRECEPTOR_SECRET_KEY must be set to 32 random characters or more.")
        if not self.base_url.startswith("https://"):
            found.append("PRECEPTOR_BASE_URL must be the https address of the academy.")
        if not self.mail_url:
            found.append("PRECEPTOR_MAIL_URL must name a mail server (smtp://…).")
        for purpose, path in (("SIGNING", self.signing_keys), ("SEALING", self.sealing_keys)):
            if path is None:
                found.append(f"PRECEPTOR_{purpose}_KEYS must name a key file (preceptor keys new).")
        if self.test_clock:
            found.append("PRECEPTOR_TEST_CLOCK is for tests; production refuses it.")
        return found

    def without_secrets(self) -> dict[str, Any]:
        """Return every setting as plain JSON, fit to be shown: secrets and whatever gives access to a
        database, a mail server or a file store are masked."""
        shown = self.model_dump(mode="json")
        return {
            name: masked_address(value) if isinstance(value, str) else value
            for name, value in shown.items()
        }

    def __repr_args__(self) -> Any:
        """Say the same in tracebacks and test reports."""
        return self.without_secrets().items()

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def masked_address(text: str) -> str:
    """Return an address without the password and without the values of its query, where file stores take
    their keys; another text as it is. A user without a password is masked too: it may be an access key."""
    if "://" not in text:
        return text
    bare = _USER_OF_ADDRESS.sub(_masked_user, text, count=1)
    parts = urlsplit(bare)
    query = re.sub(r"=[^&]*", f"={MASK}", parts.query)
    return urlunsplit(parts._replace(query=query)) if query else bare


def _masked_user(match: re.Match[str]) -> str:
    user, colon, _ = match[0].removeprefix("//").removesuffix("@").partition(":")
    return f"//{user}:{MASK}@" if colon else f"//{MASK}@"
