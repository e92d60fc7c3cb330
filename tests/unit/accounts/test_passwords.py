"""Hashing: strength, Unicode, the whole password, and turns."""

import threading
import unicodedata

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounts import passwords
from app.accounts.errors import PasswordsBusy
from app.kit.errors import Invalid
from tests.make.people import A_PASSWORD


@pytest.mark.parametrize(
    "password_hash",
    [passwords.hash_of_password(A_PASSWORD), passwords.NOBODYS],
    ids=["a person's", "nobody's"],
)
def test_a_hash_is_argon2id_of_full_cost(password_hash):
    """R-006, R-024: the stand-in for unknown addresses costs what a real one does."""
    parameters = extract_parameters(password_hash)
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (47_104, 2, 1)
    assert not passwords.is_outdated(password_hash)


def test_a_cheaper_hash_is_outdated():
    """R-006."""
    assert passwords.is_outdated(PasswordHasher(1, 1024, 1).hash("x"))


def test_the_whole_password_counts():
    """R-003: the last of 128 characters decides."""
    long = "plum velvet orbit tundra " * 6
    password_hash = passwords.hash_of_password(long[:128])
    assert passwords.matches(password_hash, long[:128])
    assert not passwords.matches(password_hash, long[:127] + "?")
    assert not passwords.matches(password_hash, long[:127])


@given(st.text(min_size=15, max_size=40))
@settings(max_examples=5, deadline=None)
def test_composed_and_decomposed_are_one_password(text):
    """R-002."""
    password_hash = passwords.hash_of_password(unicodedata.normalize("NFC", text))
    assert passwords.matches(password_hash, unicodedata.normalize("NFD", text))


def test_nobody_has_no_password():
    assert not passwords.matches(None, "anything at all, long")
    assert not passwords.matches("not a hash", A_PASSWORD)


def test_a_weak_password_is_refused_at_its_field():
    with pytest.raises(Invalid) as refused:
        passwords.choose("short", email="", name="", guessable=frozenset(), field="new")
    assert "at least 15" in str(refused.value.fields["new"])


def a_turn(*, is_stranger=False):
    return passwords._my_turn(is_stranger=is_stranger)


def test_strangers_leave_places_in_the_line(monkeypatch):
    """R-023: a flood of invented passwords does not block people whom we recognise."""
    monkeypatch.setattr(passwords, "_strangers", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_line", threading.BoundedSemaphore(2))
    with a_turn(is_stranger=True):
        with pytest.raises(PasswordsBusy), a_turn(is_stranger=True):
            raise AssertionError
        with a_turn(), pytest.raises(PasswordsBusy), a_turn():
            raise AssertionError
    with a_turn(is_stranger=True):
        pass
    assert passwords.MOST_STRANGERS < passwords.MOST_IN_LINE


def test_a_storm_of_sign_ins_is_turned_away(monkeypatch):
    """At most so many wait in line; the next is told to come back."""
    monkeypatch.setattr(passwords, "_line", threading.BoundedSemaphore(1))
    with a_turn(), pytest.raises(PasswordsBusy), a_turn():
        raise AssertionError
    with a_turn():
        pass


def test_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr(passwords, "_turn", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.01)
    with a_turn(), pytest.raises(PasswordsBusy), a_turn():
        raise AssertionError
    with a_turn():
        pass
