"""Stored answers, drawn questions and marks: written once, read for ever, refused with what is needed."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.stored_documents import DamagedDocument, LaterVersionNeeded
from app.questions.answering import TYPES
from app.questions.choices.answering import ChoiceResponse
from app.questions.contract import DrawnOption, DrawnQuestion
from app.questions.numeric.answering import NumericResponse
from app.quizzes.domain import stored
from app.quizzes.domain.attempt import QuestionMark
from app.quizzes.domain.stored import (
    StoredResponse,
    read_drawn,
    read_drawn_text,
    read_marks,
    read_response,
    write_drawn,
    write_marks,
    write_response,
)

CHOICES = ["single", "multiple", "true-false"]
BEFORE_FOLDERS = [*CHOICES, "numeric"]
KEYS = st.text("abcdefghij-", min_size=1, max_size=8)
DRAWN = DrawnQuestion("layers", (DrawnOption("b", "2" * 16), DrawnOption("a", "1" * 16)))


class TestWhatIsWritten:
    @given(st.sampled_from(CHOICES), st.lists(KEYS, unique=True), st.randoms())
    def test_a_choice_names_its_type_and_tells_nothing_by_its_order(self, kind, keys, random):
        """The same options in any order are one document: neither the author's order nor the one shown."""
        document = write_response(ChoiceResponse(options=frozenset(keys)), kind)
        random.shuffle(keys)
        assert write_response(ChoiceResponse(options=frozenset(keys)), kind) == document
        assert document == {"type": kind, "version": 2, "options": sorted(keys)}

    def test_a_number_keeps_the_text_that_was_typed(self):
        document = write_response(NumericResponse(text="2,5 mL", number=Decimal("2.5")), "numeric")
        assert document == {"type": "numeric", "version": 2, "text": "2,5 mL", "number": "2.5"}


def response_as_before(stored: dict[str, Any]) -> ChoiceResponse | NumericResponse:
    """Read a stored answer as version 02990c3 did. After a way back that version meets documents of
    version 2."""
    if "number" in stored:
        return NumericResponse(text=stored["text"], number=Decimal(stored["number"]))
    return ChoiceResponse(options=frozenset(stored["options"]))


def drawn_as_before(stored: list[dict[str, Any]]) -> tuple[DrawnQuestion, ...]:
    """Read the stored questions of an attempt as version 02990c3 did."""
    return tuple(
        DrawnQuestion(
            question["question"],
            tuple(DrawnOption(option["key"], option["token"]) for option in question["options"]),
        )
        for question in stored
    )


class TestTheVersionBefore:
    """It reads what this version writes, so the way back changes no document."""

    @given(st.sampled_from(CHOICES), st.frozensets(KEYS))
    def test_choices(self, kind, keys):
        response = ChoiceResponse(options=keys)
        assert response_as_before(write_response(response, kind)) == response

    @given(st.decimals(allow_nan=False, allow_infinity=False), st.text(max_size=60))
    def test_numbers(self, number, text):
        response = NumericResponse(text=text, number=number)
        assert response_as_before(write_response(response, "numeric")) == response

    @pytest.mark.parametrize("kind", BEFORE_FOLDERS)
    def test_blank_answers_and_drawn_questions(self, kind):
        blank = TYPES[kind].response()
        assert response_as_before(write_response(blank, kind)) == ChoiceResponse()
        question = DrawnQuestion("layers", DRAWN.options, kind)
        assert drawn_as_before(write_drawn([question])) == (DRAWN,)


class TestWhatIsRead:
    @given(st.sampled_from(CHOICES), st.frozensets(KEYS))
    def test_choices_come_back(self, kind, keys):
        response = ChoiceResponse(options=keys)
        assert read_response(write_response(response, kind)) == StoredResponse(kind, response)

    @given(st.decimals(allow_nan=False, allow_infinity=False), st.text(max_size=60))
    def test_numbers_come_back(self, number, text):
        response = NumericResponse(text=text, number=number)
        document = write_response(response, "numeric")
        assert read_response(document) == StoredResponse("numeric", response)

    @pytest.mark.parametrize("kind", BEFORE_FOLDERS)
    def test_drawn_questions_come_back(self, kind):
        question = DrawnQuestion("layers", DRAWN.options, kind)
        assert read_drawn(write_drawn([question, question])) == (question, question)

    def test_marks_come_back(self):
        marks = (QuestionMark("layers", 0, 2), QuestionMark("vessels", 2, 2))
        assert read_marks(write_marks(marks)) == marks

    def test_version_1_did_not_name_itself(self):
        chosen = ChoiceResponse(options=frozenset({"a", "b"}))
        assert read_response({"options": ["b", "a"]}) == StoredResponse(None, chosen)
        typed = NumericResponse(text="2,5", number=Decimal("2.5"))
        assert read_response({"text": "2,5", "number": "2.5"}) == StoredResponse(None, typed)
        assert read_response({"options": []}) == StoredResponse(None, ChoiceResponse())
        options = [{"key": "b", "token": "2" * 16}, {"key": "a", "token": "1" * 16}]
        assert read_drawn([{"question": "layers", "options": options}]) == (DRAWN,)
        assert read_drawn([]) == ()

    def test_keys_that_it_does_not_know_are_ignored(self):
        named = write_response(ChoiceResponse(options=frozenset("a")), "single")
        assert read_response({**named, "confidence": 0.5}) == read_response(named)
        assert read_response({"options": ["a"], "confidence": 0.5}).response.options == {"a"}
        (question,) = write_drawn([DrawnQuestion("layers", DRAWN.options, "single")])
        options = [{**option, "image": "x"} for option in question["options"]]
        assert read_drawn([{**question, "weight": 2, "options": options}]) == read_drawn([question])
        assert read_marks({"version": 1, "questions": [["a", 1, 1]], "by": "x"}) == (
            QuestionMark("a", 1, 1),
        )


def test_drawn_questions_are_read_from_their_text():
    """Once for each text: that of another attempt has other tokens."""
    other = DrawnQuestion("layers", (DrawnOption("b", "3" * 16), DrawnOption("a", "1" * 16)))
    texts = [json.dumps(write_drawn([question])) for question in (DRAWN, other)]
    first, second = map(read_drawn_text, texts)
    assert [*first, *second] == [*read_drawn(write_drawn([DRAWN, other]))]
    assert read_drawn_text(texts[0]) is first


LATER = [
    (
        read_response,
        {"type": "single", "version": 3, "options": []},
        "answers: they have version 3",
    ),
    (
        read_response,
        {"type": "essay", "version": 2, "words": "…"},
        "answers: they are of the type “essay”",
    ),
    (
        read_drawn,
        [{"type": "single", "version": 9, "question": "q"}],
        "drawn questions: they have version 9",
    ),
    (read_drawn, {"version": 3, "questions": []}, "drawn questions: they have version 3"),
    (
        read_drawn,
        [{"type": "matching", "version": 2}],
        "drawn questions: they are of the type “matching”",
    ),
    (read_marks, {"version": 2, "questions": []}, "marks: they have version 2"),
]


@pytest.mark.parametrize(("read", "document", "words"), LATER)
def test_a_later_version_is_named(read, document, words):
    with pytest.raises(LaterVersionNeeded) as refused:
        read(document)
    assert refused.value.reason == "needs-newer-version"
    assert words in str(refused.value.detail)
    assert "Nothing is lost." in str(refused.value.detail)


DAMAGED = [
    (read_response, None),
    (read_response, []),
    (read_response, {}),
    (read_response, {"version": 0, "options": []}),
    (read_response, {"version": "2", "options": []}),
    (read_response, {"version": True, "options": []}),
    (read_response, {"version": 2, "options": []}),
    (read_response, {"type": "", "version": 2, "options": []}),
    (read_response, {"type": 7, "version": 2, "options": []}),
    (read_response, {"type": "single", "version": 2, "options": "ab"}),
    (read_response, {"type": "single", "version": 2, "options": [1]}),
    (read_response, {"type": "single", "version": 2, "text": "1", "number": "1"}),
    (read_response, {"text": "one", "number": "one"}),
    (read_response, {"text": "1", "number": "NaN"}),
    (read_response, {"text": "1", "number": 1}),
    (read_response, {"number": "1"}),
    (read_drawn, None),
    (read_drawn, {}),
    (read_drawn, "[]"),
    (read_drawn, ["layers"]),
    (read_drawn, [{"question": "q"}]),
    (read_drawn, [{"question": 1, "options": []}]),
    (read_drawn, [{"question": "q", "options": [{"key": "a"}]}]),
    (read_drawn, [{"question": "q", "options": [["a", "1"]]}]),
    (read_drawn_text, '["layers"]'),
    (read_drawn_text, '[{"question": "q"'),
    (read_drawn_text, "[" * 100_000),
    (read_marks, {"version": 1}),
    (read_marks, {"version": 1, "questions": [["a", 1]]}),
    (read_marks, {"version": 1, "questions": [["a", "1", 1]]}),
    (read_marks, {"version": 1, "questions": {"a": 1}}),
]


@pytest.mark.parametrize(("read", "document"), DAMAGED)
def test_damage_is_said_and_never_guessed(read, document):
    with pytest.raises(DamagedDocument) as refused:
        read(document)
    assert "preceptor audit" in str(refused.value.detail)


def test_each_version_has_its_step():
    for newest, steps in (
        (stored.RESPONSE_VERSION, stored.RESPONSE_STEPS),
        (stored.DRAWN_VERSION, stored.DRAWN_STEPS),
    ):
        assert set(steps) == set(range(1, newest))
        for number, step in steps.items():
            assert step({})["version"] == number + 1
