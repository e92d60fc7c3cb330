"""What the settings refuse to start with, and that each refusal names the setting."""

import pytest
from pydantic import ValidationError

from app.settings import Settings, masked_address

SAFE = {
    "env": "production",
    "secret_key": "a-secret-that-is-long-enough-to-be-one",
    "base_url": "https://academy.example",
    "mail_url": "smtp://localhost",
}


def test_safe_settings_start():
    settings = Settings(**{**SAFE, "base_url": "https://academy.example/"})
    assert settings.problems() == []
    assert settings.is_https
    assert settings.base_url == "https://academy.example"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"secret_key": "short"}, "PRECEPTOR_SECRET_KEY"),
        ({"base_url": "http://academy.example"}, "PRECEPTOR_BASE_URL"),
        ({"base_url": "academy.example"}, "must begin with http"),
        ({"mail_url": None}, "PRECEPTOR_MAIL_URL"),
        ({"test_clock": "/tmp/clock"}, "PRECEPTOR_TEST_CLOCK"),  # noqa: S108 - never opened
        ({"signing_keys": None}, "PRECEPTOR_SIGNING_KEYS"),
        ({"sealing_keys": None}, "PRECEPTOR_SEALING_KEYS"),
        ({"workers": 2}, "PRECEPTOR_WORKERS"),
        ({"workers": 2, "env": "demo"}, "PRECEPTOR_WORKERS"),
    ],
)
def test_what_is_unsafe_is_named(changes, named):
    with pytest.raises(ValidationError, match=named):
        Settings(**{**SAFE, **changes})


def test_several_processes_need_postgres():
    address = "postgresql+psycopg://localhost/academy"
    assert Settings(**{**SAFE, "workers": 2, "database_url": address}).workers == 2


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "postgresql+psycopg://preceptor:canary@db.example/preceptor?sslmode=canary",
            "postgresql+psycopg://preceptor:**********@db.example/preceptor?sslmode=**********",
        ),
        ("smtp://office:can/ary@mail.example:587", "smtp://office:**********@mail.example:587"),
        ("smtp://canary%40x:can@ary@mail.example", "smtp://canary%40x:**********@mail.example"),
        ("s3://canary@bucket/folder", "s3://**********@bucket/folder"),
        (
            "s3://bucket?secret_access_key=canary&region=canary",
            "s3://bucket?secret_access_key=**********&region=**********",
        ),
        ("sqlite:///var/preceptor.db", "sqlite:///var/preceptor.db"),
        ("Preceptor <academy@preceptor.example>", "Preceptor <academy@preceptor.example>"),
    ],
)
def test_what_an_address_gives_away_is_masked(address, shown):
    """V15."""
    assert masked_address(address) == shown


def test_settings_show_no_secret_however_they_are_shown():
    settings = Settings(
        **{
            **SAFE,
            "secret_key": "canary-that-is-long-enough-to-be-one",
            "database_url": "postgresql+psycopg://preceptor:canary@localhost/preceptor",
            "mail_url": "smtp://office:canary@localhost",
            "files_url": "s3://bucket?secret=canary",
            "metrics_token": "canary",
        }
    )
    shown = settings.without_secrets()
    assert shown["database_url"] == "postgresql+psycopg://preceptor:**********@localhost/preceptor"
    assert shown["env"] == "production"
    assert "canary" not in f"{shown} {settings!r} {settings}"


def test_a_refusal_of_the_settings_repeats_none_of_them():
    with pytest.raises(ValidationError) as refused:
        Settings(**{**SAFE, "workers": "canary", "mail_url": "smtp://office:canary@localhost"})
    assert "canary" not in str(refused.value)
