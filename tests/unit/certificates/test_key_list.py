"""The published list of keys and revocations."""

import json

import pytest

from app.certificates.key_list import (
    MOST_BYTES,
    NotPublished,
    hash_of_serial,
    read_list,
    written_list,
)
from tests.make import NOW
from tests.make.keys import ISSUER

SERIAL = "0" * 26
TEXT = written_list(ISSUER, {SERIAL: NOW}, now=NOW)


def test_a_list_is_read_as_it_was_written():
    key_list = read_list(TEXT)
    assert (key_list.issuer, key_list.as_of) == ("Preceptor Academy", NOW)
    assert key_list.keys.public() == ISSUER.keys.public()
    assert key_list.revoked_at(SERIAL) == NOW
    assert key_list.revoked_at("1" * 26) is None
    assert SERIAL not in TEXT
    assert hash_of_serial(SERIAL) in TEXT


def test_it_holds_no_private_key():
    """R-117: the private half is nowhere in what is published."""
    private = ISSUER.keys.newest_private.private_bytes_raw()
    assert private.hex() not in TEXT
    assert b64(private) not in TEXT
    assert b64(ISSUER.keys.public()[ISSUER.keys.newest_id]) in TEXT


def b64(data):
    from base64 import b64encode

    return b64encode(data).decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace(hash_of_serial(SERIAL), "0" * 64), "was changed"),
        (lambda text: text.replace("2026-12-01", "2027-12-01"), "was changed"),
        (lambda text: text.replace("Preceptor", "Another"), "was changed"),
        (lambda text: text[:-20], "no list"),
        (lambda _: "", "no list"),
        (lambda _: "[]", "no list"),
        (lambda _: "[" * 100_000, "no list"),
        (lambda _: json.dumps({"words": []}), "no list"),
        (lambda _: '{"words": {}, "format": 1, "key_id": "x", "signature": "y"}', "no list"),
        (lambda _: b"\xff\xfe\x00", "no list"),
        (lambda _: "x" * (MOST_BYTES + 1), "too large"),
    ],
)
def test_another_text_is_refused_with_why(change, said):
    with pytest.raises(NotPublished, match=said):
        read_list(change(TEXT))
