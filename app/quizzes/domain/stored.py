"""The documents that students' work is stored in: answers, drawn questions, marks and flags.

Each document names its version, and since version 2 the type of its question. `read_…` reads every version
that was ever stored and ignores keys that it does not know. `write_…` writes the newest version. Version 2
only adds keys to version 1, so the version of the code before it reads it too: the way back needs no
migration. What cannot be read is refused with the version that is needed (`app.kit.stored_documents`).
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar

from app.kit.messages import msg
from app.kit.stored_documents import (
    DamagedDocument,
    Document,
    DocumentKind,
    LaterVersionNeeded,
    Step,
    upgraded,
)
from app.questions.answering import TYPES, restored_without_type
from app.questions.contract import DrawnOption, DrawnQuestion, Response
from app.quizzes.domain.attempt import QuestionMark

RESPONSE_VERSION: Final = 2
DRAWN_VERSION: Final = 2
MARKS_VERSION: Final = 1
FLAGS_VERSION: Final = 1
RESPONSES: Final = DocumentKind(msg("answers"), msg("Answers"))
DRAWN: Final = DocumentKind(msg("drawn questions"), msg("Drawn questions"))
MARKS: Final = DocumentKind(msg("marks"), msg("Marks"))
FLAGS: Final = DocumentKind(msg("flags"), msg("Flags"))
MOST_DRAWN: Final = 256
"""Of how many attempts the drawn questions are kept: 25 KB each."""
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response as it was stored. `type` None: version 1 did not name it. `typed` are the texts of an
    answer that could not be read; its response is blank."""

    type: str | None
    response: Response
    typed: tuple[str, ...] = ()


def write_response(response: Response, question_type: str) -> dict[str, Any]:
    """Return a response to a question of this type as it is stored."""
    stored = TYPES[question_type].stored(response)
    return {"type": question_type, "version": RESPONSE_VERSION, **stored}


def write_unreadable(blank: Response, question_type: str, typed: Sequence[str]) -> dict[str, Any]:
    """Return an answer that cannot be read as it is stored: blank, with its texts in an optional key, which
    the version before ignores."""
    return {**write_response(blank, question_type), "typed": list(typed)}


def read_response(stored: object) -> StoredResponse:
    """Return a stored response of any version."""
    document = upgraded(stored, RESPONSES, newest=RESPONSE_VERSION, steps=RESPONSE_STEPS)
    question_type = _type_of(document, RESPONSES, RESPONSE_VERSION)
    return _demand_whole(
        RESPONSES,
        lambda: StoredResponse(
            question_type,
            _response(document, question_type),
            tuple(map(_text, _list(document.get("typed", [])))),
        ),
    )


def upgrade_response_1_to_2(document: Document) -> Document:
    """Version 1 did not name the type of the question: a number or a list of options told it."""
    return {**document, "type": None, "version": 2}


RESPONSE_STEPS: Final[Mapping[int, Step]] = {1: upgrade_response_1_to_2}


def _response(document: Document, question_type: str | None) -> Response:
    if question_type is None:
        return restored_without_type(document)
    response: Response = TYPES[question_type].restored(document)
    return response


def write_drawn(questions: Iterable[DrawnQuestion]) -> list[dict[str, Any]]:
    """Return the questions of an attempt as they are stored, in the order shown."""
    return [_write_drawn_question(question) for question in questions]


def _write_drawn_question(question: DrawnQuestion) -> dict[str, Any]:
    return {
        "type": question.type,
        "version": DRAWN_VERSION,
        "question": question.key,
        "options": [{"key": option.key, "token": option.token} for option in question.options],
    }


def read_drawn(stored: object) -> tuple[DrawnQuestion, ...]:
    """Return the stored questions of an attempt. Each is a document that names its own version."""
    if isinstance(stored, Mapping):  # a later version may need more than a list
        upgraded(stored, DRAWN, newest=DRAWN_VERSION, steps=DRAWN_STEPS)
    if not isinstance(stored, list):
        raise DamagedDocument(DRAWN)
    return tuple(_read_drawn_question(question) for question in stored)


@lru_cache(MOST_DRAWN)
def read_drawn_text(text: str) -> tuple[DrawnQuestion, ...]:
    """Return the questions of an attempt from their text in the database. Every request of an attempt reads
    the same text: it is cached by the text, and holds nothing of the student."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise DamagedDocument(DRAWN) from None
    return read_drawn(document)


def _read_drawn_question(stored: object) -> DrawnQuestion:
    document = upgraded(stored, DRAWN, newest=DRAWN_VERSION, steps=DRAWN_STEPS)
    question_type = _type_of(document, DRAWN, DRAWN_VERSION)

    def read() -> DrawnQuestion:
        options = tuple(
            DrawnOption(_text(option["key"]), _text(option["token"]))
            for option in document["options"]
        )
        return DrawnQuestion(_text(document["question"]), options, question_type)

    return _demand_whole(DRAWN, read)


def upgrade_drawn_1_to_2(document: Document) -> Document:
    """Version 1 did not name the type of the question."""
    return {**document, "type": None, "version": 2}


DRAWN_STEPS: Final[Mapping[int, Step]] = {1: upgrade_drawn_1_to_2}


def write_marks(marks: Iterable[QuestionMark]) -> dict[str, Any]:
    """Return the marks of an attempt as they are stored."""
    questions = [[mark.question_key, mark.earned, mark.possible] for mark in marks]
    return {"version": MARKS_VERSION, "questions": questions}


def read_marks(stored: object) -> tuple[QuestionMark, ...]:
    """Return the stored marks of an attempt."""
    document = upgraded(stored, MARKS, newest=MARKS_VERSION, steps={})

    def read() -> tuple[QuestionMark, ...]:
        return tuple(
            QuestionMark(_text(key), _points(earned), _points(possible))
            for key, earned, possible in _list(document["questions"])
        )

    return _demand_whole(MARKS, read)


def write_flags(questions: Iterable[str]) -> dict[str, Any]:
    """Return the flagged questions of an attempt as they are stored, by their keys."""
    return {"version": FLAGS_VERSION, "questions": sorted(questions)}


def read_flags(stored: object) -> frozenset[str]:
    """Return the keys of the flagged questions; None: no question was ever flagged."""
    if stored is None:
        return frozenset()
    document = upgraded(stored, FLAGS, newest=FLAGS_VERSION, steps={})
    return _demand_whole(FLAGS, lambda: frozenset(map(_text, _list(document["questions"]))))


def _type_of(document: Document, kind: DocumentKind, newest: int) -> str | None:
    """Return the type that a document names. A type that this version does not have is of a later one."""
    named = document.get("type", "")
    if named is None:
        return None
    if not isinstance(named, str) or not named:
        raise DamagedDocument(kind)
    if named not in TYPES:
        raise LaterVersionNeeded(kind, msg("they are of the type “{type}”", type=named), newest)
    return named


def _demand_whole(kind: DocumentKind, read: Callable[[], Value]) -> Value:
    try:
        return read()
    except (LookupError, TypeError, ValueError):
        raise DamagedDocument(kind) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _points(value: object) -> int:
    if type(value) is not int:
        raise TypeError(value)
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value
