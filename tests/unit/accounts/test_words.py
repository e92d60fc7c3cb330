"""What people are told by the rules about people, word by word, and at which value it turns."""

from datetime import timedelta

import pytest

from app.accounts.actor import Role
from app.accounts.domain import (
    Profile,
    SignInEnd,
    clean_name,
    device_label,
    group_record,
    how_it_ended,
    missing_profile_fields,
    network_block,
    normal_email,
    password_problem,
    roles_record,
)
from tests.make import NOW

STUDENT, ADMIN = frozenset({Role.student}), frozenset({Role.admin})
INSTRUCTOR_TOO = frozenset({Role.student, Role.instructor})
TICK = timedelta(microseconds=1)
SHORT = "Use at least 15 characters. Four or five words that do not belong together are easy to remember."
LONG = "Use at most 256 characters."
REPEATS = "This repeats a few characters. Use words that do not belong together."
EASY = (
    "This is easy to guess: it is made of common passwords, words of the academy, or your name. "
    "Use words that do not belong together."
)


@pytest.mark.parametrize(
    ("roles", "ends_at", "end", "sentence"),
    [
        (STUDENT, NOW, SignInEnd.longest, "because it had lasted as long as it may."),
        (ADMIN, NOW - TICK, SignInEnd.longest, "because it had lasted as long as it may."),
        (STUDENT, NOW + TICK, SignInEnd.idle, "after 7 days without activity."),
        (ADMIN, NOW + TICK, SignInEnd.idle_staff, "after 60 minutes without activity."),
        (INSTRUCTOR_TOO, NOW + TICK, SignInEnd.idle_staff, "after 60 minutes without activity."),
    ],
)
def test_how_a_sign_in_ended(roles, ends_at, end, sentence):
    assert how_it_ended(roles, ends_at, now=NOW) is end
    assert end.sentence == f"Your sign-in ended {sentence}"


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("plumvelvetorbi", SHORT),
        ("plumvelvetorbit", None),
        ("plum velvet orbit tundra " * 10 + "meadow", None),
        ("plum velvet orbit tundra " * 10 + "meadows", LONG),
        ("abcdabcdabcdabcd", REPEATS),
        ("acegzacegzacegzacegz", None),
        ("mesotherapy london 1", EASY),
        ("passwordpassword", EASY),
    ],
)
def test_a_password_is_refused_with_what_helps(password, problem):
    assert password_problem(password) == problem


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
    assert password_problem(f"password academy {own}") == problem


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
    assert password_problem("Zuzanna Kowalczyk 77", email=email, name=name) == problem


def test_letters_written_as_digits_hide_no_common_word():
    assert password_problem("P@55w0rd p@$$w0rd x1y") == EASY
    assert password_problem("0r4ng3 tr4ct0r 1gl00s") is None


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Mac OS X) Chrome/140 Safari/537.36 OPR/1", "Opera on Mac"),
        (
            "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/1 Chrome/140",
            "Samsung Internet on Android",
        ),
        ("Mozilla/5.0 (iPad; CPU OS) FxiOS/140 Safari/604.1", "Firefox on iPad"),
        ("Mozilla/5.0 (iPhone; CPU) CriOS/140 Safari/604.1", "Chrome on iPhone"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/140 Safari/537.36", "Chrome on ChromeOS"),
        ("curl on Linux", "A browser on Linux"),
        ("", "A browser"),
    ],
)
def test_a_device_is_named_as_its_owner_would(agent, label):
    assert device_label(agent) == label


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 60),
    ],
)
def test_one_customer_is_one_client(address, block):
    assert network_block(address) == block


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
        ("a@" + "b" * 63 + ".org", "a@" + "b" * 63 + ".org"),
        ("a@" + ("b" * 60 + ".") * 4 + "example", "a@" + ("b" * 60 + ".") * 4 + "example"),
        ("a" * 3 + "@" + ("b" * 60 + ".") * 4 + "example", None),
        ("a@example.org.", None),
        ("a@sub.-example.org", None),
        ("a@sub.example-.org", None),
    ],
)
def test_the_longest_addresses(typed, stored):
    assert normal_email(typed) == stored


def test_nothing_that_cannot_be_read_out_is_a_name():
    assert clean_name("Sam\ud800\ue000\u0378") == "Sam"
    assert clean_name("\x07 \u202e") == ""


def test_a_form_of_roles_or_of_a_group_writes_them_alone():
    assert roles_record({Role.admin, Role.student}) == {
        "roles": frozenset({Role.student, Role.admin})
    }
    assert group_record("Monday") == {"name": "Monday"}


def test_a_profile_lacks_what_its_person_has_not_said():
    assert missing_profile_fields(Profile("Sam", is_medical=True, profession="")) == (
        "certificate_name",
        "profession",
    )
    assert missing_profile_fields(Profile("Sam", certificate_name="")) == (
        "certificate_name",
        "is_medical",
    )
