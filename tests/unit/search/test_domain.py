"""What a typed search means, and in which order its groups stand."""

import pytest

from app.certificates.serials import ALPHABET, SERIAL_LENGTH
from app.kit.ids import new_uuid
from app.search.domain import (
    LONGEST_SEARCH,
    Findable,
    SearchGroup,
    SearchRow,
    in_order,
    read_search,
)

SERIAL = (ALPHABET * 2)[:SERIAL_LENGTH]


@pytest.mark.parametrize(
    ("typed", "text", "words"),
    [
        ("  Élodie   Ávila ", "Élodie Ávila", ("elodie", "avila")),
        ("", "", ()),
        (" \t ", "", ()),
        ("?!…", "?!…", ()),
        ("\u0301", "\u0301", ()),
        ("\u200b", "\u200b", ()),
        ("a b c d e f g h", "a b c d e f g h", ("a", "b", "c", "d", "e", "f")),
    ],
)
def test_words(typed, text, words):
    search = read_search(typed)
    assert (search.text, search.words, search.can_be_found) == (text, words, bool(words))


def test_a_long_text_is_cut():
    assert len(read_search("word " * 200).text) < LONGEST_SEARCH == 200


@pytest.mark.parametrize(
    ("typed", "email"),
    [
        ("Ann Lee <ann@example.org>", "ann@example.org"),
        ("mailto:Ann@Example.org", "ann@example.org"),
        ("ann@müller.example", "ann@xn--mller-kva.example"),
        ("ann@", None),
        ("ann lee", None),
    ],
)
def test_an_address_is_read_as_it_is_stored(typed, email):
    assert read_search(typed).email == email


@pytest.mark.parametrize(
    ("typed", "serial"),
    [(SERIAL.lower(), SERIAL), (f"No. {SERIAL}.", SERIAL), (SERIAL[:-1], None), ("ann lee", None)],
)
def test_the_number_of_a_certificate_is_read(typed, serial):
    assert read_search(typed).serial == serial


def group(kind: Findable, *, rows: int = 1, exact: bool = False) -> SearchGroup:
    row = SearchRow(new_uuid(), "Ann Lee", "/admin/people/1", is_exact=exact)
    return SearchGroup(kind, (row,) * rows, 3)


def test_groups_without_hits_are_left_out_and_exact_ones_come_first():
    groups = in_order(
        [
            group(Findable.enquiries, exact=True),
            group(Findable.certificates, exact=True),
            group(Findable.intakes),
            group(Findable.practicals, rows=0),
            group(Findable.people),
        ]
    )
    assert [each.kind for each in groups] == [
        *(Findable.certificates, Findable.enquiries, Findable.people, Findable.intakes)
    ]


@pytest.mark.parametrize(("rows", "has_more"), [(2, True), (3, False)])
def test_a_group_knows_that_there_are_more(rows, has_more):
    assert group(Findable.people, rows=rows).has_more is has_more
