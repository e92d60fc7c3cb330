"""Statements and their signatures: what is changed, of another kind or by another key is not proved."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certificates import signing
from app.certificates.signing import (
    Proof,
    PublicKeys,
    StatementKind,
    certificate_words,
    is_proved,
    revocation_words,
    signed_by,
    statement_bytes,
)
from app.kit.keys import SIGNING, SigningKeys, new_line
from tests.make import NOW
from tests.make.keys import ISSUER

KEYS = ISSUER.keys
SNAPSHOT = {"format": 2, "serial": "0" * 26, "holder": {"id": "1", "name": "Zoë"}, "title": "Skin"}
WORDS = certificate_words(SNAPSHOT, id=7, signed_at=NOW)
PROOF = signed_by(KEYS, StatementKind.certificate, WORDS)
CERTIFICATE = StatementKind.certificate


def another_ring():
    return SigningKeys.read(new_line(SIGNING, on=NOW.date()).written())


def test_what_is_signed_is_proved_by_the_ring_and_by_its_public_keys():
    assert is_proved(KEYS, CERTIFICATE, WORDS, PROOF)
    assert is_proved(PublicKeys.of(KEYS.public()), CERTIFICATE, WORDS, PROOF)
    assert PublicKeys.of(KEYS.public()).public() == KEYS.public()


def test_the_bytes_of_a_statement_stay_what_they_are():
    """R-111: other bytes would turn every signed certificate into one not valid."""
    assert statement_bytes(CERTIFICATE, 1, "20261101-01641cf7", {"a": "Zoë"}).decode() == (
        '{"format":1,"key_id":"20261101-01641cf7","statement":"certificate","words":{"a":"Zoë"}}'
    )
    assert json.dumps(WORDS["signed_at"]) == '"2026-12-01T09:00:00+00:00"'
    assert revocation_words(serial="0", revoked_at=NOW, revoked_by="x", reason="why") == {
        "serial": "0",
        "revoked_at": "2026-12-01T09:00:00+00:00",
        "revoked_by": "x",
        "reason": "why",
    }


@pytest.mark.parametrize(
    "words",
    [
        certificate_words({**SNAPSHOT, "title": "Skin."}, id=7, signed_at=NOW),
        certificate_words({**SNAPSHOT, "holder": {"id": "1", "name": "Zoe"}}, id=7, signed_at=NOW),
        certificate_words({**SNAPSHOT, "format": 2.0}, id=7, signed_at=NOW),
        certificate_words({**SNAPSHOT, "more": None}, id=7, signed_at=NOW),
        certificate_words({**SNAPSHOT, "title": float("nan")}, id=7, signed_at=NOW),
        certificate_words({**SNAPSHOT, "title": "\ud800"}, id=7, signed_at=NOW),
        certificate_words({}, id=7, signed_at=NOW),
        certificate_words(SNAPSHOT, id=7, signed_at=NOW + timedelta(microseconds=1)),
        certificate_words(SNAPSHOT, id=8, signed_at=NOW),
    ],
)
def test_other_words_are_not_proved(words):
    """R-111."""
    assert not is_proved(KEYS, CERTIFICATE, words, PROOF)


@pytest.mark.parametrize(
    "proof",
    [
        replace(PROOF, key_id="20261101-01641cf7"),  # known, and did not sign it
        replace(PROOF, key_id="20261129-deadbeef"),
        replace(PROOF, key_id=""),
        replace(PROOF, format=2),
        replace(PROOF, format=True),
        replace(PROOF, format="1"),
        replace(PROOF, value=""),
        replace(PROOF, value="*" * 88),
        replace(PROOF, value=PROOF.value[:-4]),
        replace(PROOF, value=PROOF.value + "AAAA"),
        replace(PROOF, value=PROOF.value + "\n"),
        replace(PROOF, value="Ä" * 88),
        replace(PROOF, value=b"\x00"),
        replace(PROOF, value=7),
    ],
)
def test_another_proof_proves_nothing(proof):
    """R-111, R-112: an unknown key id, another algorithm's bytes and what is no signature."""
    assert PROOF.key_id != "20261101-01641cf7"
    assert not is_proved(KEYS, CERTIFICATE, WORDS, proof)


def test_the_last_letter_of_base64_cannot_be_another_with_the_same_meaning():
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    stem, last = PROOF.value[:-3], PROOF.value[-3]
    others = [letter for letter in letters if letter != last]
    assert not any(
        is_proved(KEYS, CERTIFICATE, WORDS, replace(PROOF, value=f"{stem}{letter}=="))
        for letter in others
    )


def test_a_signature_of_another_kind_of_statement_proves_nothing():
    for kind in (StatementKind.revocation, StatementKind.keys):
        assert not is_proved(KEYS, kind, WORDS, PROOF)
        assert not is_proved(KEYS, CERTIFICATE, WORDS, signed_by(KEYS, kind, WORDS))


def test_after_a_rotation_the_old_signature_is_proved_and_the_new_key_signs():
    """R-117."""
    old = another_ring()
    before = signed_by(old, CERTIFICATE, WORDS)
    text = new_line(SIGNING, on=NOW.date()).written()
    ring = SigningKeys.read(text)
    both = PublicKeys.of({**ring.public(), **old.public()})
    assert is_proved(both, CERTIFICATE, WORDS, before)
    assert not is_proved(ring, CERTIFICATE, WORDS, before)
    assert signed_by(ring, CERTIFICATE, WORDS).key_id == ring.newest_id != before.key_id


def test_a_stranger_with_a_key_of_the_same_id_proves_nothing():
    stranger = another_ring()
    forged = signed_by(stranger, CERTIFICATE, WORDS)
    assert not is_proved(KEYS, CERTIFICATE, WORDS, forged)
    assert not is_proved(
        KEYS, CERTIFICATE, WORDS, Proof(signing.FORMAT, KEYS.newest_id, forged.value)
    )


@given(place=st.integers(0, 63), bit=st.integers(0, 7))
def test_each_bit_of_a_signature_counts(place, bit):
    """R-111."""
    value = bytearray(signing.signature_bytes(PROOF.value))
    value[place] ^= 1 << bit
    changed = replace(PROOF, value=signing.b64encode(bytes(value)).decode())
    assert not is_proved(KEYS, CERTIFICATE, WORDS, changed)
