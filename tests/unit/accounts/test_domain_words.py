"""What people are told by the rules about people, word by word, and at which value it turns."""

from datetime import timedelta

import pytest

from app.accounts.domain import (
    UNKNOWN_BROWSER,
    Profile,
    SignInEnd,
    clean_name,
    device_label,
    device_words,
    group_record,
    how_it_ended,
    missing_profile_fields,
    network_block,
    network_blocks,
    roles_label,
    roles_record,
)
from app.kit.actor import Role
from app.kit.messages import msg
from tests.make import NOW

STUDENT, ADMIN = frozenset({Role.student}), frozenset({Role.admin})
INSTRUCTOR_TOO = frozenset({Role.student, Role.instructor})
TICK = timedelta(microseconds=1)


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
    assert str(end.sentence) == f"Your sign-in ended {sentence}"


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
    assert str(device_words(label)) == label


def test_only_the_words_of_an_unknown_device_are_translated():
    assert device_words("A browser on Linux") == msg("A browser on {system}", system="Linux")
    assert device_words("A browser") == UNKNOWN_BROWSER
    named = msg("{browser} on {system}", browser="Firefox", system="Windows on Arm")
    assert device_words("Firefox on Windows on Arm") == named
    assert device_words("Firefox") == msg("{browser}", browser="Firefox")


@pytest.mark.parametrize(
    ("roles", "label"),
    [
        (STUDENT, "Student"),
        (ADMIN, "Admin"),
        (INSTRUCTOR_TOO, "Instructor, student"),
        (STUDENT | ADMIN, "Admin, student"),
        (frozenset(Role), "Admin, instructor, student"),
    ],
)
def test_the_roles_of_a_person_are_named_together(roles, label):
    assert str(roles_label(roles)) == label


def test_a_person_without_a_role_has_no_label():
    assert roles_label(frozenset()) is None


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("2001:db8:1:2:3::4", ("2001:db8:1:2::/64", "2001:db8:1::/48")),
        ("192.0.2.7", ("192.0.2.7",)),
        ("::ffff:192.0.2.7", ("192.0.2.7",)),
        ("nobody", ("nobody",)),
    ],
)
def test_limits_count_the_network_and_the_one_around_it(address, networks):
    assert network_blocks(address) == networks


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


def test_nothing_that_cannot_be_read_out_is_a_name():
    assert clean_name("Sam\ud800\ue000\u0378") == "Sam"
    assert clean_name("\x07 \u202e") == ""


def test_a_form_of_roles_or_of_a_group_writes_them_alone():
    assert roles_record({Role.admin, Role.student}) == {
        "roles": frozenset({Role.student, Role.admin})
    }
    assert group_record("Monday") == {"name": "Monday"}


def test_a_profile_lacks_what_its_person_has_not_said():
    unsaid = Profile("Sam", is_medical=True, profession="")
    assert missing_profile_fields(unsaid, asks_medical_background=True) == (
        "certificate_name",
        "profession",
    )
    unnamed = Profile("Sam", certificate_name="")
    assert missing_profile_fields(unnamed, asks_medical_background=True) == (
        "certificate_name",
        "is_medical",
    )
