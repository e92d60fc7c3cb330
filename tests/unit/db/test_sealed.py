"""Sealed and opened values: neither shows what it holds, and neither opens in another place."""

import copy
import json
import pickle

import pytest
from sqlalchemy import Column, MetaData, Table, Text, create_engine
from sqlalchemy.orm import Session

from app.db.sealed import Sealed, SealedColumn, count_by_key, open_sealed, seal
from app.kit.keys import KeyProblem, NotOpened, SealingKeys, sealing_key_id
from app.kit.opened import Opened
from tests.make.keys import SEALING_FILE, sealing_keys

SECRET = "A stool at the treatment bed. é"
MINE, HERS = "access needs of me", "access needs of her"
NEWER = SealingKeys.read(
    f"20270101-newer aes-256-gcm {'A' * 43}=\n" + SEALING_FILE.read_text(encoding="utf-8")
)


def sealed_value() -> Sealed:
    return seal(sealing_keys(), SECRET, purpose=MINE)


def test_a_sealed_value_opens_for_its_purpose_only():
    sealed = sealed_value()
    assert open_sealed(sealing_keys(), sealed, purpose=MINE).plain_text == SECRET
    with pytest.raises(NotOpened):
        open_sealed(sealing_keys(), sealed, purpose=HERS)


@pytest.mark.parametrize("at", [0, 1, 5, 30, -1])
def test_a_changed_value_does_not_open(at):
    changed = bytearray(sealed_value())
    changed[at] ^= 1
    with pytest.raises(NotOpened):
        open_sealed(sealing_keys(), Sealed(changed), purpose=MINE)


def test_a_newer_key_seals_and_older_ones_open():
    old = sealed_value()
    new = seal(NEWER, SECRET, purpose=MINE)
    assert sealing_key_id(new) == "20270101-newer"
    assert sealing_key_id(old) == sealing_keys().newest_id
    assert open_sealed(NEWER, old, purpose=MINE).plain_text == SECRET
    with pytest.raises(NotOpened):  # without the newer key
        open_sealed(sealing_keys(), new, purpose=MINE)


def test_the_same_text_is_never_sealed_alike():
    assert sealed_value() != sealed_value()
    assert SECRET.encode()[:8] not in sealed_value()


@pytest.mark.parametrize(
    ("value", "shown"),
    [(sealed_value(), "<sealed>"), (Opened(SECRET), "<opened>")],
    ids=["sealed", "opened"],
)
class TestNothingIsShown:
    def test_in_words(self, value, shown):
        texts = (repr(value), str(value), f"{value}", f"{value:>20}", f"{value!r}")
        assert set(texts) == {shown}
        assert repr([value]) == f"[{shown}]"

    def test_in_json(self, value, shown):
        with pytest.raises(TypeError):
            json.dumps(value)
        assert json.dumps([value], default=str) == f'["{shown}"]'

    @pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy])
    def test_as_a_copy(self, value, shown, write):
        with pytest.raises(TypeError, match=r" is neither copied nor pickled\.$"):
            write(value)


def test_what_is_no_text_does_not_open():
    """Bytes that were sealed elsewhere: the person is told as of any other value that does not open."""
    value = Sealed(sealing_keys().seal(b"\xff\xfe secret", purpose=MINE))
    with pytest.raises(NotOpened) as refused:
        open_sealed(sealing_keys(), value, purpose=MINE)
    assert str(refused.value) == ""
    assert refused.value.__suppress_context__


def test_an_opened_value_is_no_key_of_a_cache():
    with pytest.raises(TypeError, match="cache"):
        hash(Opened(SECRET))
    assert Opened(SECRET) == Opened(SECRET) != Opened("else")


@pytest.mark.parametrize("plain", [SECRET, SECRET.encode(), bytearray(b"x")])
def test_a_column_of_sealed_values_takes_no_plain_text(plain):
    """Seen failing without the check: the plain text stood in the database."""
    with pytest.raises(
        TypeError, match=r"^A column of sealed values takes only what `seal` returns\.$"
    ):
        SealedColumn().process_bind_param(plain, None)


def test_a_column_gives_back_what_it_was_given():
    column, sealed = SealedColumn(), sealed_value()
    stored = column.process_bind_param(sealed, None)
    assert stored == bytes(sealed)
    assert type(stored) is bytes
    assert repr(column.process_result_value(stored, None)) == "<sealed>"
    assert bytes(column.process_result_value(stored, None)) == stored
    assert column.process_bind_param(None, None) is column.process_result_value(None, None) is None


def test_values_are_counted_by_the_key_that_sealed_them():
    """On a table of its own. What is no sealed value counts under the empty name, and no value does not."""
    values = Table("values", MetaData(), Column("whose", Text), Column("needs", SealedColumn))
    old, new = sealed_value(), seal(NEWER, SECRET * 20, purpose=MINE)
    rows = [("mine", old), ("mine", new), ("hers", new), ("hers", Sealed(b"x")), ("hers", None)]
    engine = create_engine("sqlite://")
    with Session(engine) as db:
        values.create(db.connection())
        db.execute(values.insert(), [{"whose": whose, "needs": needs} for whose, needs in rows])
        counts = count_by_key(db, values.c.needs)
        assert counts == {sealing_keys().newest_id: 1, "20270101-newer": 2, "": 1}
        mine = count_by_key(db, values.c.needs, values.c.whose == "mine")
        assert mine == {sealing_keys().newest_id: 1, "20270101-newer": 1}
    engine.dispose()


def test_a_ring_without_a_key_is_refused():
    with pytest.raises(KeyProblem, match="no key of the kind"):
        SealingKeys.read("# nothing\n")
