"""Addresses are read as people type and paste them, and nothing else is taken for an address."""

import pytest

from app.kit.email_addresses import normal_email


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Sam@Example.ORG ", "sam@example.org"),
        ("o'neil+x@a-b.co.uk", "o'neil+x@a-b.co.uk"),
        ("no-at-sign", None),
        ("two@@example.org", None),
        ("a@b", None),
        (".a@example.org", None),
        ("a.@example.org", None),
        ("a..b@example.org", None),
        ("a@-example.org", None),
        ("a@example-.org", None),
        ("a b@example.org", None),
        ("a@example.org\nbcc: x@example.org", None),
        ("é@example.org", None),
        ("a" * 65 + "@example.org", None),
        ("a@" + ("b" * 60 + ".") * 4 + "example.org", None),
        ("\u202aann@example.org\u202c", "ann@example.org"),
    ],
)
def test_addresses(typed, stored):
    """R-107: a text that could add a header or a recipient is not accepted as an address."""
    assert normal_email(typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
        ("a@" + "b" * 63 + ".org", "a@" + "b" * 63 + ".org"),
        ("a@" + ("b" * 60 + ".") * 4 + "example", "a@" + ("b" * 60 + ".") * 4 + "example"),
        ("a" * 3 + "@" + ("b" * 60 + ".") * 4 + "example", None),
        ("a@sub.-example.org", None),
        ("a@sub.example-.org", None),
    ],
)
def test_the_longest_addresses(typed, stored):
    assert normal_email(typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ann Lee <Ann@Example.org>", "ann@example.org"),
        ('"Lee, Ann" <ann@example.org>,', "ann@example.org"),
        ("<ann@example.org>", "ann@example.org"),
        ("mailto:ann@example.org", "ann@example.org"),
        ("MAILTO:ann@example.org?subject=Hello", "ann@example.org"),
        ("Ann <mailto:ann@example.org>", "ann@example.org"),
        ("ann@example.org.", "ann@example.org"),
        ("ann@example.org;", "ann@example.org"),
        ("ann＠example.org", "ann@example.org"),
        ("ａｎｎ@example．org", "ann@example.org"),
        ("o’neil@example.org", "o'neil@example.org"),
        ("ann\u00ad@exam\u200bple.org\ufeff", "ann@example.org"),
        ("ann@MÜLLER.example", "ann@xn--mller-kva.example"),
        ("ann@xn--mller-kva.example", "ann@xn--mller-kva.example"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("ann@例え。テスト", "ann@xn--r8jz45g.xn--zckzah"),
    ],
)
def test_what_address_books_and_web_pages_give(typed, stored):
    assert normal_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "Ann <ann@example.org> and Ben",
            "ann@example.org, ben@example.org",
            "<a@b.org><c@d.org>",
        ),
        *(
            "ann@ex ample.org",
            "ann@\u0301.example",
            "ann@-müller.example",
            "müller@example.org",
            "@",
            "",
        ),
        *("mailto:", "mailto:?subject=x", "Ann <>", "ann@" + "ü" * 64 + ".example"),
        "ann@example.org\nbcc: x@example.org",
    ],
)
def test_what_is_no_single_address_is_refused(typed):
    assert normal_email(typed) is None
