"""What the settings refuse to start with, and that each refusal names the setting."""

import pytest
from pydantic import ValidationError

from app.settings import Settings

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
