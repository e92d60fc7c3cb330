"""Searching a course."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.courses.domain.delivery import Course, Term
from app.courses.domain.search import (
    EXCERPT,
    LONGEST_QUERY,
    MOST_WORDS,
    HitKind,
    contains,
    index_of,
    search,
    words_of,
)
from tests.make.learning import a_course, a_lesson, a_module

LONG = (
    "Nothing is said here. " * 30 + "Then the mésodermis & <b>fascia</b> appear. " + "And on. " * 60
)


def course() -> Course:
    module = a_module("one").model_copy(
        update={
            "lessons": (
                a_lesson("vessels", title="Vessels", text="The dermis has vessels. Dermis again."),
                a_lesson("skin", title="Layers of the dermis", text="Short."),
                a_lesson("long", title="Long", objectives=("Find the fascia",), text=LONG),
            )
        }
    )
    term = Term(
        key="papule", term="Papule", definition_html="<p>A raised <em>spot</em> in the dermis.</p>"
    )
    return a_course(module).model_copy(update={"glossary": (term,)})


INDEX = index_of(course())


def keys_matching(query: str) -> list[str]:
    return [hit.document.key for hit in search(INDEX, query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("dermis", ["skin", "vessels", "papule"]),
        ("DERM", ["skin", "vessels", "papule"]),
        ("ermis", []),
        ("dermis vessels", ["vessels"]),
        ("mesodermis", ["long"]),
        ("MÉSO", ["long"]),
        ("fascia", ["long"]),
        ("raised spot", ["papule"]),
        ("em", []),
        ("dermis unknown", []),
        ("", []),
        ("…!?", []),
        (".*", []),
    ],
)
def test_every_word_must_begin_a_word(query: str, expected: list[str]) -> None:
    assert keys_matching(query) == expected


def test_terms_are_told_from_lessons() -> None:
    assert [hit.document.kind for hit in search(INDEX, "papule dermis")] == [HitKind.term]


def test_a_word_that_comes_often_counts_only_some_times() -> None:
    often = a_module("one").model_copy(
        update={
            "lessons": (
                a_lesson("often", text="dose " * 500),
                a_lesson("named", title="Dose", text="Nothing."),
            )
        }
    )
    hits = search(index_of(a_course(often)), "dose")
    assert [hit.document.key for hit in hits] == ["named", "often"]


def test_the_excerpt_stands_round_the_first_word_found_and_marks_it() -> None:
    (hit,) = search(INDEX, "mesodermis fas")
    text = "".join(piece.text for piece in hit.excerpt)
    assert [piece.text for piece in hit.excerpt if piece.hit] == ["mésodermis", "fascia"]
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert len(text) < EXCERPT + 60
    assert "<b>" in text  # words of the lesson, escaped by the template


def test_an_excerpt_of_a_short_text_is_the_text() -> None:
    hit = search(INDEX, "layers")[0]
    assert "".join(piece.text for piece in hit.excerpt) == "Short."
    assert [(piece.text, piece.hit) for piece in hit.title] == [
        ("Layers", True),
        (" of the dermis", False),
    ]


def test_an_excerpt_may_end_in_one_endless_word() -> None:
    endless = a_module("one").model_copy(
        update={"lessons": (a_lesson("endless", text="start " + "x" * 1000),)}
    )
    (hit,) = search(index_of(a_course(endless)), "start")
    assert "".join(piece.text for piece in hit.excerpt) == "start " + "x" * 1000


def test_long_queries_are_cut() -> None:
    assert len(words_of(" ".join(f"w{n}" for n in range(50)))) == MOST_WORDS
    assert words_of("a" * 1000) == ("a" * LONGEST_QUERY,)
    assert words_of("Same same SAME") == ("same",)


def test_text_contains_a_query() -> None:
    assert contains("Papule: a raised spot", "spot papu")
    assert contains("Papule", "")
    assert not contains("Papule: a raised spot", "spot missing")


@given(st.text(max_size=200))
def test_whatever_is_typed_is_answered(query: str) -> None:
    for hit in search(INDEX, query):
        assert "".join(piece.text for piece in hit.title) == hit.document.title
        assert hit.excerpt
