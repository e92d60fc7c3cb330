"""Key rings: the newest writes, every key reads, and nothing that was changed is taken for genuine."""

from base64 import b64encode
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.keys import (
    SEALING,
    SIGNING,
    KeyProblem,
    NotOpened,
    SealingKeys,
    SigningKeys,
    new_line,
    sealing_key_id,
)
from tests.make.keys import sealing_keys, signing_keys

DAY = date(2026, 11, 29)
SECRET = b64encode(b"k" * 32).decode()


def ring_text(*lines: str) -> str:
    return "\n".join(lines) + "\n"


class TestSigning:
    def test_the_newest_signs_and_all_verify_after_a_rotation(self):
        """R-117."""
        old = new_line(SIGNING, on=DAY)
        before = SigningKeys.read(old.written())
        signed = before.sign(b"data")
        after = SigningKeys.read(new_line(SIGNING, on=DAY).written() + old.written())
        assert signed.key_id == old.id
        assert after.newest_id != old.id
        assert after.verify(b"data", signed.key_id, signed.value)
        assert after.sign(b"data").key_id == after.newest_id

    def test_a_public_half_verifies_what_its_destroyed_private_half_signed(self):
        old = SigningKeys.read(new_line(SIGNING, on=DAY).written())
        signed = old.sign(b"data")
        public = b64encode(old.public()[old.newest_id]).decode()
        newer = new_line(SIGNING, on=DAY).written()
        ring = SigningKeys.read(f"{newer}{old.newest_id} ed25519-public {public}\n")
        assert ring.verify(b"data", signed.key_id, signed.value)
        with pytest.raises(KeyProblem, match="the newest one signs"):
            SigningKeys.read(f"{old.newest_id} ed25519-public {public}\n{newer}")

    def test_an_unknown_key_id_verifies_nothing(self):
        """R-112."""
        ring = signing_keys()
        signed = ring.sign(b"data")
        assert ring.verify(b"data", signed.key_id, signed.value)
        assert not ring.verify(b"data", "20200101-unknown", signed.value)
        other = next(key_id for key_id in ring.public() if key_id != signed.key_id)
        assert not ring.verify(b"data", other, signed.value)

    @given(st.binary(max_size=80), st.integers(0, 10**6))
    def test_any_changed_bit_of_data_or_signature_is_noticed(self, data, at):
        """R-111."""
        ring = signing_keys()
        signed = ring.sign(data)
        both = bytearray(data + signed.value)
        bit = at % (len(both) * 8)
        both[bit // 8] ^= 1 << bit % 8
        changed, value = bytes(both[: len(data)]), bytes(both[len(data) :])
        assert not ring.verify(changed, signed.key_id, value)

    @pytest.mark.parametrize("value", [b"", b"short", b"x" * 64, b"x" * 65])
    def test_what_is_no_signature_is_refused_without_an_error(self, value):
        ring = signing_keys()
        assert not ring.verify(b"data", ring.newest_id, value)

    def test_secrets_are_in_no_representation(self):
        line = new_line(SIGNING, on=DAY)
        printed = f"{line!r} {SigningKeys.read(line.written())!r}"
        assert line.id in printed
        assert b64encode(line.secret).decode() not in printed


class TestSealing:
    def test_what_is_sealed_opens_for_its_purpose_only(self):
        ring = sealing_keys()
        sealed = ring.seal(b"secret", purpose="totp of A")
        assert ring.open(sealed, purpose="totp of A") == b"secret"
        assert b"secret" not in sealed
        with pytest.raises(NotOpened):
            ring.open(sealed, purpose="totp of B")

    def test_the_newest_seals_and_all_open_after_a_rotation(self):
        old = new_line(SEALING, on=DAY)
        sealed = SealingKeys.read(old.written()).seal(b"secret", purpose="p")
        after = SealingKeys.read(new_line(SEALING, on=DAY).written() + old.written())
        assert after.open(sealed, purpose="p") == b"secret"
        assert sealing_key_id(after.seal(b"secret", purpose="p")) == after.newest_id
        assert sealing_key_id(sealed) == old.id

    def test_without_its_key_it_does_not_open(self):
        sealed = SealingKeys.read(new_line(SEALING, on=DAY).written()).seal(b"x", purpose="p")
        with pytest.raises(NotOpened):
            sealing_keys().open(sealed, purpose="p")

    @given(st.binary(max_size=60), st.integers(0, 10**6))
    def test_any_changed_bit_is_noticed(self, plain, at):
        ring = sealing_keys()
        sealed = bytearray(ring.seal(plain, purpose="p"))
        bit = at % (len(sealed) * 8)
        sealed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NotOpened):
            ring.open(bytes(sealed), purpose="p")

    def test_a_value_that_is_cut_off_anywhere_does_not_open(self):
        ring = sealing_keys()
        sealed = ring.seal(b"secret", purpose="p")
        for end in range(len(sealed)):
            with pytest.raises(NotOpened):
                ring.open(sealed[:end], purpose="p")

    def test_the_same_text_is_sealed_differently_each_time(self):
        ring = sealing_keys()
        assert ring.seal(b"secret", purpose="p") != ring.seal(b"secret", purpose="p")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", f"there is no key of the kind {SEALING}"),
        ("# only a comment", "there is no key"),
        ("a-key aes-256-gcm", "line 1: a line has three words"),
        (ring_text("# head", f"A_KEY aes-256-gcm {SECRET}"), "line 2: an id has 3 to 40"),
        (f"a-key ed25519 {SECRET}", "line 1: the kind must be aes-256-gcm"),
        ("a-key aes-256-gcm ****", "line 1: the key is not written in base 64"),
        ("a-key aes-256-gcm a2V5", "line 1: a key has 32 bytes; this one has 3"),
        (ring_text(*[f"a-key aes-256-gcm {SECRET}"] * 2), "line 2: the id a-key is there twice"),
    ],
)
def test_a_wrong_line_is_named_and_its_key_is_not_shown(text, words):
    with pytest.raises(KeyProblem, match=words) as refused:
        SealingKeys.read(text)
    assert SECRET not in str(refused.value)
