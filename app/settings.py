"""Settings of one installation: read once from the environment, checked, handed down as values."""

from enum import StrEnum
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_SECRET = "demo-secret-that-production-refuses"  # noqa: S105 - known to all, refused in production


class Environment(StrEnum):
    production = "production"
    demo = "demo"
    test = "test"


class Settings(BaseSettings):
    """Every setting, with the prefix `PRECEPTOR_`. `ENV` unset means production.

    Production refuses to start with a default secret, an http base URL, no mail server or a movable
    clock, and says which.
    """

    model_config = SettingsConfigDict(env_prefix="PRECEPTOR_", frozen=True, extra="ignore")

    database_url: str = "sqlite:///var/preceptor.db"
    secret_key: SecretStr = SecretStr(DEMO_SECRET)
    base_url: str = "http://127.0.0.1:8000"
    env: Environment = Environment.production
    time_zone: str = "Europe/London"
    mail_url: str | None = None
    mail_from: str = "Preceptor Academy <academy@preceptor.example>"
    files_url: str = "var/files"
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
        if self.test_clock:
            found.append("PRECEPTOR_TEST_CLOCK is for tests; production refuses it.")
        return found

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")
