"""The token of a form: another mask on every page, one browser behind all of them."""

from app.settings import Environment, Settings
from app.web.csrf import is_token_for, token_for

SETTINGS = Settings(env=Environment.test)


def test_no_two_pages_say_the_same_and_both_are_right() -> None:
    first, second = token_for(SETTINGS, "ann"), token_for(SETTINGS, "ann")
    assert first != second
    assert is_token_for(SETTINGS, "ann", first)
    assert is_token_for(SETTINGS, "ann", second)


def test_a_token_is_of_one_browser_and_one_academy() -> None:
    token = token_for(SETTINGS, "ann")
    other = Settings(env=Environment.test, secret_key="another secret of another academy")  # type: ignore[arg-type] # pydantic reads it
    assert not is_token_for(SETTINGS, "ben", token)
    assert not is_token_for(other, "ann", token)


def test_what_is_no_token_is_refused() -> None:
    token = token_for(SETTINGS, "ann")
    for wrong in ("", "token", "0" * 64, "0" * 128, token[:-2], token + "00", "é" * 128):
        assert not is_token_for(SETTINGS, "ann", wrong)
