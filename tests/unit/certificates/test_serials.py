"""The number of a certificate, read out of what people paste and type (B24)."""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.certificates.serials import (
    LONGEST_TEXT,
    grouped,
    new_serial,
    read_serial,
    serial_problem,
    written_serial,
)

SERIAL = "3AQ1K7ZM20RV5TJ8WXYPDNEHG4"
PRINTED = "3AQ1-K7ZM-20RV-5TJ8-WXYP-DNEH-G4"
OTHER = "7ZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ"
NUMBERS = st.integers(0, 2**128 - 1).map(written_serial)
EDGES = st.sampled_from(
    [" ", "\n", "\u00a0", ". ", ": ", '"', "“", "(", ")", "<", ">", ",", "/", "=", "–"]
)
WRITTEN = st.sampled_from(
    [
        lambda serial: serial,
        grouped,
        str.lower,
        lambda serial: grouped(serial).lower(),
        lambda serial: grouped(serial).replace("-", " "),
        lambda serial: grouped(serial).replace("-", " – "),
        lambda serial: grouped(serial).replace("-", "\u2011"),
        lambda serial: grouped(serial).replace("-", "\u00ad-"),
        lambda serial: "\u200e".join(grouped(serial)),
        lambda serial: grouped(serial).replace("0", "O").replace("1", "l"),
        lambda serial: "".join(chr(ord(letter) + 0xFEE0) for letter in grouped(serial)),
        lambda serial: grouped(serial).translate(str.maketrans("ABEKMHPCTYX", "АВЕКМНРСТУХ")),
        lambda serial: grouped(serial).translate(str.maketrans("ABEZHKMNPTYX", "ΑΒΕΖΗΚΜΝΡΤΥΧ")),
    ]
)


@settings(deadline=None)
@given(st.integers(0, 2**128 - 1))
def test_serials_come_back_however_they_are_typed(value):
    serial = written_serial(value)
    assert len(serial) == 26
    assert serial[0] in "01234567"  # 128 bits in 130
    assert read_serial(grouped(serial)) == serial
    assert read_serial(grouped(serial).lower().replace("-", " – ")) == serial
    assert read_serial(serial.replace("0", "O").replace("1", "l")) == serial
    assert read_serial(serial.replace("0", "o").replace("1", "I")) == serial


@settings(deadline=None)
@given(NUMBERS, WRITTEN, st.text(max_size=80), EDGES, EDGES, st.text(max_size=80))
@example(SERIAL, grouped, "Certificate number", " ", ".", "")
@example(SERIAL, str.lower, "https://preceptor.example/verify", "/", ")", "?utm_source=cv")
@example(SERIAL, grouped, "100%", "(", ")", "")
@example(SERIAL, grouped, "with this code", "\n", "\n", "from your last mail")
def test_a_serial_is_found_inside_any_text(serial, written, before, left, right, after):
    """B24: any text that holds no serial itself, whatever it is, may stand round one."""
    assume(not read_serial(f"{before}{left}{right}{after}"))
    assert read_serial(f"{before}{left}{written(serial)}{right}{after}") == serial


@pytest.mark.parametrize(
    "typed",
    [
        f"Certificate number {PRINTED}",
        f"Certificate number: {SERIAL}.",
        f"No.{PRINTED}",
        f"№{PRINTED}",
        f"证书编号{PRINTED}。",
        f"Номер сертификата {PRINTED}",
        f"https://preceptor.example/verify/{SERIAL}",
        f"preceptor.example/verify/{SERIAL}/",
        f"http://127.0.0.1:8000/verify/{PRINTED.lower()}?utm_source=x&trace=01ARZ3NDEKTSV4RRFFQ69G5FAV#top",
        f"<https://preceptor.example/verify/{SERIAL}>",
        f"{PRINTED}.",
        f"{PRINTED},",
        f"“{PRINTED}”",
        f"'{PRINTED}'",
        f"({PRINTED})",
        f"\u200e{PRINTED}\u200e",
        f"\ufeff{PRINTED}",
        f"number\u200b{PRINTED}",
        PRINTED.replace("-", "\u00ad"),
        PRINTED.replace("-", "\u2060-\u2060"),
        PRINTED.replace("A", "А").replace("K", "К"),
        PRINTED.replace("E", "Ε").replace("N", "ν"),
        PRINTED.replace("1", "١").replace("2", "२"),
        PRINTED.replace("-", "%20"),
        "3AQ1K7ZM 20RV5TJ8 WXYPDNEH G4",
        "Number: 3AQ1K7ZM 20RV5TJ8 WXYPDNEH G4 of Sam",
        "3AQ 1K7 ZM2 0RV 5TJ 8WX YPD NEH G4",
        "> 3AQ1-K7ZM-20RV-\n> 5TJ8-WXYP-DNEH-G4",
        f"{PRINTED}: https://preceptor.example/verify/{SERIAL}",
    ],
)
def test_it_is_read_as_people_have_it(typed):
    """B24."""
    assert read_serial(typed) == SERIAL


def test_a_thousand_serials_differ():
    serials = {new_serial() for _ in range(1000)}
    assert len(serials) == 1000
    assert {serial[0] for serial in serials} == set("01234567")


def test_a_serial_is_sought_in_the_beginning_of_a_text():
    assert read_serial(" " * (LONGEST_TEXT - 26) + SERIAL) == SERIAL
    assert read_serial(" " * (LONGEST_TEXT - 25) + SERIAL) is None


@pytest.mark.parametrize(
    "typed",
    [
        "", "7K2Q", "U" * 26, "0" * 27, "Ж" * 26, "-" * 26, "0" * 500, "\u200b" * 26,
        "Everybody who passes gets it after the practical", f"{SERIAL}X", f"X{PRINTED}",
        PRINTED.replace("3", "U"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_serial_is_none(typed):
    assert read_serial(typed) is None


@settings(deadline=None)
@given(st.text(max_size=300))
def test_every_other_text_is_answered_in_words(typed):
    if read_serial(typed) is None:
        assert serial_problem(typed)


COUNTED = (
    "A certificate number has 26 letters and digits; you typed {}. "
    "Check that none is missing or double."
)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("7K2Q", COUNTED.format(4)),
        ("7K2Q " * 7, COUNTED.format(28)),
        ("7K2Q-U!!", "The letter U is never used in a number. What looks like one is a V."),
        ("7K2Q!?!", COUNTED.format(4)),
        (
            "7K2Q-Ж",
            "A number has only digits and the letters A to Z, but you typed Ж. Check each one.",
        ),
        ("academy.example/7K2Q", COUNTED.format(4)),
        ("https://academy.example/verify/7K2Q?from=mail", COUNTED.format(4)),
        (f"Certificate number {PRINTED[:-1]}", COUNTED.format(25)),
        (f"Your Number: {PRINTED.replace('-', ' ')[:-1]}.", COUNTED.format(25)),
        (
            f"Certificate number {PRINTED.replace('Q', 'U')}",
            "The letter U is never used in a number. What looks like one is a V.",
        ),
        ("\u200e", COUNTED.format(0)),
        (
            f"{PRINTED} and {OTHER}",
            "There are 2 certificate numbers in what you typed. Check them one by one.",
        ),
    ],
)
def test_a_wrong_number_is_told_what_to_check(typed, said):
    assert read_serial(typed) is None
    assert str(serial_problem(typed)) == said
