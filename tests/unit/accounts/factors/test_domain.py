"""Codes of an app, recovery codes, and who may be reset."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.factors.domain import (
    CLOSED,
    NO_FACTOR,
    OWN_RESET,
    RECOVERY_CODES,
    UNDER_WAY,
    code_of,
    codes_as_text,
    in_groups,
    new_recovery_codes,
    new_secret,
    recovery_code_hash,
    reset_refusal,
    setup_address,
    step_of,
    step_of_code,
)
from app.kit.words import ENGLISH_WORDS
from tests.make import NOW
from tests.make.factors import SECRET, code_at

STEP = timedelta(seconds=30)
OF_THE_RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(("second", "code"), [(59, "287082"), (1111111109, "081804")])
def test_codes_are_those_of_the_rfc(second, code):
    """RFC 6238, appendix B, its last six digits."""
    assert code_of(OF_THE_RFC, second // 30) == code


@pytest.mark.parametrize(
    ("away", "accepted"),
    [(-2, False), (-1, True), (0, True), (1, False), (2, False)],
    ids=["two late", "one late", "now", "one early", "two early"],
)
def test_a_code_may_be_one_step_late(away, accepted):
    """R-026: the present and the previous step, no other."""
    step = step_of_code(SECRET, code_at(NOW + away * STEP), now=NOW)
    assert step == (step_of(NOW) + away if accepted else None)


@pytest.mark.parametrize("before", ["", " "])
def test_blanks_dashes_and_the_digits_of_other_scripts_do_not_matter(before):
    code = code_at(NOW)
    arabic = "".join(chr(0x660 + int(digit)) for digit in code)
    wide = "".join(chr(0xFF10 + int(digit)) for digit in code)
    for typed in (
        f"{code[:3]} {code[3:]}",
        f"{code[:3]}-{code[3:]}",
        f"{code}\u00a0",
        arabic,
        wide,
    ):
        assert step_of_code(SECRET, before + typed, now=NOW) == step_of(NOW)


@given(st.text(max_size=12))
def test_whatever_is_typed_is_right_or_wrong_and_never_an_error(typed):
    assert step_of_code(SECRET, typed, now=NOW) in (None, step_of(NOW), step_of(NOW) - 1)
    assert len(recovery_code_hash(typed)) == 32


def test_a_secret_has_160_bits_and_the_picture_says_it():
    secret = new_secret()
    assert len(secret) * 5 == 160
    assert secret != new_secret()
    address = urlsplit(setup_address(secret, email="sam@example.org", academy="An Academy: London"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    parameters = parse_qs(address.query)
    assert parameters["secret"] == [secret]
    assert parameters["issuer"] == ["An Academy: London"]
    assert in_groups("ABCDEFGHIJ") == "ABCD EFGH IJ"


def test_recovery_codes_have_120_bits_and_no_look_alikes():
    """R-027."""
    codes = [code for _ in range(40) for code in new_recovery_codes()]
    assert len(set(codes)) == 40 * RECOVERY_CODES
    plain = "".join(codes).replace("-", "")
    assert len(plain) == len(codes) * 120 // 5
    assert set(plain) == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_a_recovery_code_may_be_typed_as_it_is_read():
    code = "01AB-CDEF-GH10-JKMN-PQRS-TVWX"
    for typed in (code.lower(), code.replace("-", ""), " " + code.replace("-", " ") + "\n"):
        assert recovery_code_hash(typed) == recovery_code_hash(code)
    assert recovery_code_hash("oiab-cdef-ghlo-jkmn-pqrs-tvwx") == recovery_code_hash(code)
    assert recovery_code_hash("01AB-CDEF-GH10-JKMN-PQRS-TVWY") != recovery_code_hash(code)


def test_the_text_to_keep_names_account_and_codes():
    codes = ("AAAA-BBBB", "CCCC-DDDD")
    text = codes_as_text(codes, ENGLISH_WORDS, academy="The Academy", email="sam@example.org")
    assert "sam@example.org at The Academy" in text
    assert text.endswith("AAAA-BBBB\r\nCCCC-DDDD\r\n")


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({}, None),
        ({"is_self": True}, OWN_RESET),
        ({"is_closed": True}, CLOSED),
        ({"has_factor": False}, NO_FACTOR),
        ({"is_under_way": True}, UNDER_WAY),
    ],
    ids=str,
)
def test_who_may_be_reset(facts, refusal):
    usual = {"is_self": False, "has_factor": True, "is_closed": False, "is_under_way": False}
    assert reset_refusal(**{**usual, **facts}) == refusal
