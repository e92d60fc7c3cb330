"""Rules about passwords, and what people are told by them, word by word."""

import time
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounts.password_rules import (
    TOO_SHORT_ALONE,
    guessable_words,
    is_too_short_alone,
    normal_password,
    password_problem,
    shortest_password,
)
from app.kit.subjects import Subjects
from tests.make.academy import ACADEMY
from tests.make.examples import EXAMPLES

OWN = "plum velvet orbit tundra"
SHORT = "Use at least 15 characters. Four or five words that do not belong together are easy to remember."
LONG = "Use at most 256 characters."
REPEATS = "This repeats a few characters. Use words that do not belong together."
EASY = (
    "This is easy to guess: it is made of common passwords, words of the academy, or your name. "
    "Use words that do not belong together."
)


def problem_in_words(typed, **facts):
    problem = password_problem(typed, **facts)
    return None if problem is None else str(problem)


@pytest.mark.parametrize(
    ("length", "fine"),
    [(14, False), (15, True), (64, True), (128, True), (256, True), (257, False)],
)
def test_the_length_of_a_password(length, fine):
    """R-001: fifteen characters and more, 64 and 128 accepted."""
    password = (OWN.replace(" ", "") * 20)[:length]
    assert (problem_in_words(password) is None) is fine


@given(st.text(min_size=40, max_size=120).filter(lambda text: len(set(normal_password(text))) > 30))
@settings(max_examples=EXAMPLES)
def test_any_characters_may_make_a_password(text):
    """R-002: no rule of composition: long varied text is refused for nothing but its commonness."""
    problem = problem_in_words(text)
    assert problem is None or "easy to guess" in problem


def test_length_is_counted_in_composed_characters():
    """R-002: a letter typed in two parts is one character, and gives the same password."""
    decomposed = unicodedata.normalize("NFD", "éàüöçéàüöçéàü")
    assert len(decomposed) > 15
    assert "at least 15" in (problem_in_words(decomposed) or "")
    assert normal_password("e\u0301") == normal_password("\u00e9")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "PassW0rdP@ssw0rd",
        "123456789012345",
        "qwertyuiopasdfghjkl",
        "abcdefghijklmnop",
        "preceptoracademy1",
        "correcthorsebatterystaple",
        "iloveyouiloveyou",
        "sam student 2026",
        "letmein-letmein-9",
        "aaaaabbbbbccccc",
    ],
)
def test_common_and_own_words_are_refused(password):
    """R-004, R-181: the commonest, the academy's, and the person's own."""
    problem = problem_in_words(password, email="sam.student@example.org", name="Sam Student")
    assert problem is not None
    assert "Use words that do not belong together." in problem


def test_few_different_characters_are_refused():
    assert "repeats" in (problem_in_words("xyzzyxyzzyxyzzyx") or "")


@pytest.mark.parametrize("password", [OWN, "Tuesday gravel 9 parsnip", "çay içtim bugün bahçede"])
def test_words_that_do_not_belong_together_are_fine(password):
    assert problem_in_words(password, email="sam@example.org", name="Sam") is None


def test_a_huge_password_is_refused_quickly():
    """R-156."""
    started = time.perf_counter()
    assert problem_in_words("a1" * 50_000)
    assert time.perf_counter() - started < 0.2


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("plumvelvetorbi", SHORT),
        ("plumvelvetorbit", None),
        ("plum velvet orbit tundra " * 10 + "meadow", None),
        ("plum velvet orbit tundra " * 10 + "meadows", LONG),
        ("abcdabcdabcdabcd", REPEATS),
        ("acegzacegzacegzacegz", None),
        ("passwordpassword", EASY),
    ],
)
def test_a_password_is_refused_with_what_helps(password, problem):
    assert problem_in_words(password) == problem


BAKERY = replace(ACADEMY, name="Mill Lane School", city="Cork", password_words=("starter", "oven"))


@pytest.fixture(scope="module")
def guessable():
    return guessable_words(BAKERY, Subjects(("Baking with sourdough (level 2)",)))


def test_the_words_of_an_academy_come_from_its_name_its_city_its_courses_and_its_file(
    guessable,
):
    words = {"mill", "lane", "school", "cork", "baking", "with", "sourdough", "level"}
    assert guessable == words | {"starter", "oven"}


def test_an_academy_without_a_city_lends_no_word_for_it():
    nowhere = replace(BAKERY, name="Oak", city=None, password_words=())
    assert guessable_words(nowhere, Subjects(())) == frozenset()


@pytest.mark.parametrize(
    "password", ["sourdough starter 1", "Mill Lane School Cork", "0ven b@king s0urdough"]
)
def test_words_of_the_academy_make_no_password(password, guessable):
    assert problem_in_words(password, guessable=guessable) == EASY
    assert problem_in_words(password) is None


def test_another_academy_has_other_words(guessable):
    assert problem_in_words("mesotherapy london", guessable=guessable) is None


@pytest.mark.parametrize(
    ("own", "problem"),
    [
        ("plumv", EASY),
        ("plumvx", None),
        ("plum-v", EASY),
        ("12345plumv", EASY),
        ("1234plumvx", None),
        ("123plum", None),
        ("9876plumv", EASY),
        ("aaaaplumv", EASY),
        ("aaaplumv", None),
    ],
)
def test_six_characters_of_its_own_make_a_password(own, problem):
    """Common words and runs of four and more are taken away first; what is left must be six."""
    assert problem_in_words(f"password academy {own}") == problem


@pytest.mark.parametrize(
    ("email", "name", "problem"),
    [
        ("zuzanna.kowalczyk@example.org", "", EASY),
        ("", "Kowalczyk Zuzanna", EASY),
        ("zuzanna_kowalczyk@example.org", "", EASY),
        ("zu@example.org", "Ko Zu", None),
        ("", "", None),
    ],
)
def test_an_address_and_a_name_are_no_secret(email, name, problem):
    assert problem_in_words("Zuzanna Kowalczyk 77", email=email, name=name) == problem


def test_letters_written_as_digits_hide_no_common_word():
    assert problem_in_words("P@55w0rd p@$$w0rd x1y") == EASY
    assert problem_in_words("0r4ng3 tr4ct0r 1gl00s") is None


def test_beside_a_second_factor_ten_characters_are_enough():
    """R-001. Alone, at sign-in and when the last factor goes, fifteen as they are hashed."""
    assert (shortest_password(has_factor=True), shortest_password(has_factor=False)) == (10, 15)
    assert problem_in_words("otter plum", has_factor=True) is None
    assert problem_in_words("otter plu", has_factor=True) == SHORT.replace("15", "10")
    assert is_too_short_alone("plum otter 99x")
    assert not is_too_short_alone("plum otter 99xy")
    assert is_too_short_alone("e\u0301" * 14)
    assert str(TOO_SHORT_ALONE).startswith(
        "Without a second factor a password needs 15 characters,"
    )
