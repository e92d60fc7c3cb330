"""Rules about people."""

from datetime import timedelta

import pytest

from app.accounts.domain import (
    LAST_ADMIN,
    NO_ROLE,
    PROFILE_WORDS,
    YOURSELF,
    Profile,
    clean_name,
    closing_refusal,
    device_label,
    idle_time,
    longest_time,
    missing_profile_fields,
    network_block,
    roles_refusal,
)
from app.kit.actor import Role
from app.kit.ids import UserId, new_uuid

ANN, BEN = UserId(new_uuid()), UserId(new_uuid())
STUDENT, ADMIN = frozenset({Role.student}), frozenset({Role.admin})


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  Sam \t  Student ", "Sam Student"),
        ("Sam\x00\x1b[31m", "Sam[31m"),
        ("Sam\r\nBcc: x", "Sam Bcc: x"),
        ("\u202egnol", "gnol"),
        ("Jose\u0301", "José"),
        ("می\u200cروم", "می\u200cروم"),
        ("\u200b \u200d", ""),
        ("– .", ""),
        ("\u3164\uffa0", ""),
        ("\u115fAnn\u3164", "Ann"),
        ("An\u00adn \u200b\u180e Lee\ufe0f", "Ann Lee"),
        ("Sam\U000e0041", "Sam"),
        ("李 2", "李 2"),
    ],
)
def test_names(typed, clean):
    assert clean_name(typed) == clean


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_networks(address, block):
    assert network_block(address) == block


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU) AppleWebKit Version/18 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140 Safari/537.36 Edg/140", "Edge on Linux"),
        ("<script>", "A browser"),
    ],
)
def test_devices(agent, label):
    assert device_label(agent) == label


@pytest.mark.parametrize(
    ("roles", "idle", "whole"),
    [
        ({Role.student}, timedelta(days=7), timedelta(days=30)),
        ({Role.instructor}, timedelta(minutes=60), timedelta(hours=12)),
        ({Role.admin}, timedelta(minutes=60), timedelta(hours=12)),
        ({Role.student, Role.instructor}, timedelta(minutes=60), timedelta(hours=12)),
    ],
)
def test_how_long_a_sign_in_lasts(roles, idle, whole):
    """R-014, R-184."""
    assert (idle_time(roles), longest_time(roles)) == (idle, whole)


@pytest.mark.parametrize(
    ("profile", "missing"),
    [
        (Profile("Sam"), ("certificate_name", "is_medical")),
        (Profile("Sam", certificate_name="Sam"), ("is_medical",)),
        (Profile("Sam", certificate_name="Sam", is_medical=False), ()),
        (Profile("Sam", certificate_name="Sam", is_medical=True), ("profession",)),
        (Profile("Sam", certificate_name="Sam", is_medical=True, profession="Nurse"), ()),
    ],
)
def test_what_a_profile_lacks(profile, missing):
    assert missing_profile_fields(profile, asks_medical_background=True) == missing
    assert set(missing) <= set(PROFILE_WORDS)


@pytest.mark.parametrize(
    ("profile", "missing"),
    [(Profile("Sam"), ("certificate_name",)), (Profile("Sam", "Sam", is_medical=True), ())],
)
def test_an_academy_that_asks_for_no_background_misses_none(profile, missing):
    assert missing_profile_fields(profile, asks_medical_background=False) == missing


@pytest.mark.parametrize(
    ("person", "wanted", "others", "refusal"),
    [
        (BEN, ADMIN, 0, None),
        (BEN, STUDENT, 1, None),
        (BEN, STUDENT, 0, LAST_ADMIN),
        (BEN, frozenset(), 1, NO_ROLE),
        (ANN, ADMIN | STUDENT, 1, YOURSELF),
    ],
)
def test_who_may_get_which_roles(person, wanted, others, refusal):
    """R-042."""
    assert roles_refusal(ANN, person, wanted, others) is refusal


@pytest.mark.parametrize(
    ("person", "others", "refusal"),
    [(BEN, 1, None), (BEN, 0, LAST_ADMIN), (ANN, 1, YOURSELF)],
)
def test_whose_account_may_be_closed(person, others, refusal):
    """R-042."""
    assert closing_refusal(ANN, person, others) is refusal
