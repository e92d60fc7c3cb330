"""What Markdown of the course format is, read by the reader itself."""

import pytest

from app.authoring.syntax import reader


def tokens(text: str) -> list[tuple[str, tuple[str, str]]]:
    """The marks inside a text: kind and key, with the words of a term where it has some."""
    return [
        (child.type, (child.meta["key"], child.content))
        for token in reader().parse(text)
        for child in token.children or []
        if child.type in ("term", "reference", "insertion")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The [[skin]] here.", [("term", ("skin", ""))]),
        ("[[ skin | the  skin ]]", [("term", ("skin", "the  skin"))]),
        ("[[skin]][[dermis|below]]", [("term", ("skin", "")), ("term", ("dermis", "below"))]),
        ("So it is [@ book ].", [("reference", ("book", ""))]),
        ("[@]", [("reference", ("", ""))]),
        ("Say: [= patch ] now", [("insertion", ("patch", ""))]),
        (
            "**[[skin]]** *[@book]* [=patch]",
            [
                ("term", ("skin", "")),
                ("reference", ("book", "")),
                ("insertion", ("patch", "")),
            ],
        ),
        ("[see [=patch]](/where)", [("insertion", ("patch", ""))]),
        ("[[]] [[a|]] [[a\nb]] [@a\nb] [=a\nb] [skin] `[[skin]]`", []),
    ],
)
def test_marks_are_read_with_their_keys(
    text: str, expected: list[tuple[str, tuple[str, str]]]
) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize("mark", ["[[skin]]", "[@book]", "[=patch]"])
def test_a_mark_stands_where_it_is_written_and_hides_nothing(mark: str) -> None:
    (_, inline, _) = reader().parse(f"Before {mark} after")
    assert inline.children is not None
    shown = [(child.type, child.content) for child in inline.children]
    assert (shown[0], shown[2]) == (("text", "Before "), ("text", " after"))
    assert len(shown) == 3
    assert (inline.children[1].tag, inline.children[1].nesting) == ("", 0)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("<div>\nx\n</div>", "<p>&lt;div&gt;\nx\n&lt;/div&gt;</p>\n"),
        ("Title\n=====", "<p>Title\n=====</p>\n"),
        ("[a]\n\n[a]: /where", "<p>[a]</p>\n<p>[a]: /where</p>\n"),
        ("[a](javascript:x)", '<p><a href="javascript:x">a</a></p>\n'),
    ],
)
def test_what_the_format_leaves_out_is_shown_as_it_is_typed(text: str, html: str) -> None:
    """A link that is not safe is read as one, so that the check of words can name it."""
    assert reader().render(text) == html


def test_a_table_is_read() -> None:
    opened, *_ = reader().parse("|a|\n|-|\n|b|\n")
    assert opened.type == "table_open"


@pytest.mark.parametrize("words", ["safety", "strange", "safety Before you begin"])
def test_every_kind_of_callout_is_read_so_that_an_unknown_one_can_be_named(words: str) -> None:
    opened, *inside, closed = reader().parse(f"::: {words}\nx\n:::\n")
    assert (opened.type, opened.info.strip()) == ("container_callout_open", words)
    assert [token.type for token in inside] == ["paragraph_open", "inline", "paragraph_close"]
    assert closed.type == "container_callout_close"


def test_a_callout_without_a_kind_is_none() -> None:
    assert reader().render(":::\nx\n:::\n") == "<p>:::\nx\n:::</p>\n"
