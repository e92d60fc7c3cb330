"""O11: secrets from files and from the credentials of the service manager."""

from pathlib import Path

import pytest

from app.settings import Settings, SettingsRefused, unknown_settings
from app.settings_rules import PREFIX
from app.settings_sources import FROM_FILES
from tests.make.settings import production_settings

VALUES = {
    "secret_key": "Tt9-Yq_3vB7nM2kLs8dFh4GjXw6PzRc1aE0uIoQbN5y",
    "database_url": "postgresql+psycopg://academy@localhost/academy",
    "mail_url": "smtps://office:pw@mail.example:465",
    "metrics_token": "Yk2vHq7Rz0Lw9Nc4Tj8Xb5Gm",
}


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """Set production's settings in the environment but for one; return a way to set more."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    for name, value in production_settings(tmp_path).items():
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", str(value))

    def change(name: str, value: object | None) -> None:
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, str(value))

    return change


def value_of(name: str) -> str:
    value = getattr(Settings.from_environment(), name)
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value


def private_file(folder: Path, content: str) -> Path:
    file = folder / "secret"
    file.write_text(content, newline="")
    file.chmod(0o600)
    return file


def test_every_setting_with_a_password_may_stand_in_a_file():
    assert set(FROM_FILES) == set(VALUES)


@pytest.mark.parametrize("name", FROM_FILES)
@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_named_file_gives_the_value(environment, tmp_path, name, ending):
    file = private_file(tmp_path, VALUES[name] + ending)
    environment(f"{PREFIX}{name.upper()}", None)
    environment(f"{PREFIX}{name.upper()}_FILE", file)
    assert value_of(name) == VALUES[name]
    assert unknown_settings() == []


@pytest.mark.parametrize("name", FROM_FILES)
def test_a_credential_of_the_service_gives_the_value(environment, tmp_path, name):
    (tmp_path / f"{PREFIX}{name.upper()}").write_text(VALUES[name] + "\n")
    environment(f"{PREFIX}{name.upper()}", None)
    environment("CREDENTIALS_DIRECTORY", tmp_path)
    assert value_of(name) == VALUES[name]


def test_what_stands_in_the_environment_comes_before_a_credential(environment, tmp_path):
    (tmp_path / f"{PREFIX}METRICS_TOKEN").write_text(VALUES["metrics_token"])
    environment("CREDENTIALS_DIRECTORY", tmp_path)
    environment(f"{PREFIX}METRICS_TOKEN", VALUES["secret_key"])
    assert value_of("metrics_token") == VALUES["secret_key"]


def lines() -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        Settings.from_environment()
    return refused.value.lines


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"x" * 10_001])
def test_a_file_that_cannot_be_used_is_named(environment, tmp_path, content):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    environment(f"{PREFIX}METRICS_TOKEN_FILE", file)
    (line,) = lines()
    assert line.startswith(f"{PREFIX}METRICS_TOKEN_FILE must name a file")


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o660])
def test_a_secret_that_others_may_read_or_change_is_refused_in_production(
    environment, tmp_path, mode
):
    file = private_file(tmp_path, VALUES["metrics_token"])
    environment(f"{PREFIX}METRICS_TOKEN_FILE", file)
    assert value_of("metrics_token") == VALUES["metrics_token"]
    file.chmod(mode)
    (line,) = lines()
    assert line.startswith(f"{PREFIX}METRICS_TOKEN_FILE names a file that others may read")
    assert "chmod 600" in line
    environment(f"{PREFIX}ENV", "test")
    assert value_of("metrics_token") == VALUES["metrics_token"]


def test_a_value_that_is_given_twice_is_refused(environment, tmp_path):
    file = private_file(tmp_path, VALUES["secret_key"])
    environment(f"{PREFIX}SECRET_KEY_FILE", file)
    (line,) = lines()
    assert line == f"{PREFIX}SECRET_KEY_FILE and {PREFIX}SECRET_KEY are both set. Keep one of them."


def test_a_weak_value_in_a_file_is_refused_like_any(environment, tmp_path):
    file = private_file(tmp_path, "a" * 32)
    environment(f"{PREFIX}SECRET_KEY", None)
    environment(f"{PREFIX}SECRET_KEY_FILE", file)
    (line,) = lines()
    assert "repeats itself" in line
    assert "aaaa" not in line


def test_only_secrets_stand_in_files(environment, tmp_path):
    environment(f"{PREFIX}WORKERS_FILE", tmp_path / "workers")
    (line,) = lines()
    assert line.startswith(f"{PREFIX}WORKERS_FILE is no setting.")
