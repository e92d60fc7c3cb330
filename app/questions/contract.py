"""What a type of question provides, and the values that it works with.

A type subclasses `Answering`, `Authoring` and `Scoring` in the modules of these names in its folder, and
each registry names one object of each. The engine calls these objects and never asks which type it is.

Nothing here imports a key: what delivers questions imports this module.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, TypedDict, TypeVar

from pydantic import BaseModel, ConfigDict

from app.kit.messages import Message
from app.kit.stored_documents import Document
from app.kit.words import Words
from app.questions.delivery import Question

AQuestion = TypeVar("AQuestion", bound=Question)
AResponse = TypeVar("AResponse", bound="Response")
AKey = TypeVar("AKey")
Fields = TypeVar("Fields")
Html = Callable[[str], str]
"""Markdown as HTML, or HTML as a reader sees it."""
Shuffle = Callable[[Sequence[str]], list[str]]
"""Returns keys in an order that only the secret seed of the attempt decides."""


class DrawnOption(NamedTuple):
    """An option with the token that the browser knows it by in this attempt. A tuple, because every
    answer that is saved makes forty of them."""

    key: str
    token: str


@dataclass(frozen=True, slots=True)
class DrawnQuestion:
    """A question of an attempt with its options in the order shown; numeric ones have none."""

    key: str
    options: tuple[DrawnOption, ...] = ()
    type: str | None = None
    """None: it was stored by a version that did not name it."""

    def key_of(self, token: str) -> str | None:
        """Return the option behind a token, or None for a token of another question or attempt."""
        return next((option.key for option in self.options if option.token == token), None)

    def tokens_of(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the tokens of some options, in the order shown."""
        wanted = frozenset(keys)
        return tuple(option.token for option in self.options if option.key in wanted)


class Response(ABC):
    """A readable answer. Each type has a class of its own, a frozen dataclass."""

    __slots__ = ()

    @property
    @abstractmethod
    def is_blank(self) -> bool:
        """Whether nothing is chosen or typed; a blank response removes an earlier answer."""


@dataclass(frozen=True, slots=True)
class UnreadableResponse:
    """An answer cannot be read; the message says what to do."""

    message: Message


class ResponseShape(BaseModel, ABC):
    """A response in the API: strict, so that `true` is not 1, and without unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @abstractmethod
    def typed(self) -> list[str]:
        """Return the texts that a form would send for this response."""


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option as it is sent to the browser; all options have the same fields."""

    token: str
    html: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What pages and the API show of a question, besides what all types have. A type that shows more
    subclasses it."""

    options: tuple[ShownOption, ...] = ()
    unit: str | None = None
    places: int | None = None

    def answers(self, typed: Sequence[str]) -> tuple[str, ...]:
        """Return the answer in words, as HTML, for the check before sending."""
        return tuple(option.html for option in self.options if option.token in typed)


def shown_options(options: Iterable[Any], drawn: DrawnQuestion) -> tuple[ShownOption, ...]:
    """Return the options of a question in the order of an attempt."""
    html = {option.key: option.html for option in options}
    return tuple(ShownOption(option.token, html[option.key]) for option in drawn.options)


class Answering(ABC, Generic[AQuestion, AResponse]):
    """How a type is shown and answered."""

    question: type[AQuestion]
    """The class of its questions as they are published."""
    response: type[AResponse]
    """The class of its responses."""
    shape: ClassVar[type[ResponseShape]]
    """Its responses in the API."""

    def order(self, question: AQuestion, shuffle: Shuffle) -> Iterable[str]:
        """Return the keys of the options in the order in which an attempt shows them."""
        return ()

    def shown(self, question: AQuestion, drawn: DrawnQuestion) -> Shown:
        """Return what pages and the API show of a question in an attempt."""
        return Shown()

    @abstractmethod
    def read(
        self, question: AQuestion, drawn: DrawnQuestion, typed: Sequence[str]
    ) -> AResponse | UnreadableResponse:
        """Return the response to the texts that a form sent. None at all is a blank response."""

    @abstractmethod
    def typed(self, response: AResponse, drawn: DrawnQuestion) -> tuple[str, ...]:
        """Return the texts that a form would send for this response: what `read` reads."""

    @abstractmethod
    def shaped(self, typed: Sequence[str]) -> ResponseShape:
        """Return the response of these texts in the API."""

    @abstractmethod
    def stored(self, response: AResponse) -> dict[str, Any]:
        """Return a response as it is stored, without its type and version."""

    @abstractmethod
    def restored(self, document: Document) -> AResponse:
        """Return a stored response of the newest version. Raises LookupError, TypeError or ValueError if
        it is damaged."""

    def translated(self, document: Mapping[str, Any], words: Words) -> Mapping[str, Any]:
        """Return a published question with the words of ours that it holds in the language of its course."""
        return document


@dataclass(frozen=True, slots=True)
class CriticalError:
    """A part of an answer that would harm a person, and why, as HTML."""

    reason_html: str


@dataclass(frozen=True, slots=True)
class AnswerMark:
    """The points of an answer, and the critical errors in it."""

    earned: int
    critical: tuple[CriticalError, ...] = ()


@dataclass(frozen=True, slots=True)
class Readers:
    """How the texts of a question are read: `shown` gives what learners saw, `explained` an explanation
    with its corrections."""

    shown: Html
    explained: Html


class Scoring(ABC, Generic[AQuestion, AResponse, AKey]):
    """How a type is marked and reviewed."""

    key: type[AKey]
    """The class of its keys as they are published."""

    @abstractmethod
    def mark(self, question: AQuestion, key: AKey, response: AResponse) -> AnswerMark:
        """Return the mark of a response that is not blank: from 0 to the points of the question."""

    @abstractmethod
    def right_answer(self, question: AQuestion, key: AKey) -> AResponse:
        """Return a response that earns every point."""

    @abstractmethod
    def wrong_answer(self, question: AQuestion, key: AKey, drawn: DrawnQuestion) -> AResponse:
        """Return a response that does not earn every point, for the demo academy and for tests."""

    @abstractmethod
    def review(
        self,
        question: AQuestion,
        key: AKey,
        drawn: DrawnQuestion,
        response: AResponse | None,
        readers: Readers,
    ) -> object:
        """Return what the review after release shows of an answer. Its template is that of the type."""

    @abstractmethod
    def keyed(self, question: AQuestion, key: AKey | None, readers: Readers) -> object:
        """Return what staff read of a question before anybody answers it; `key` None: they may not see the
        right answer."""


class Common(TypedDict):
    """What the published questions of all types have."""

    key: str
    type: Any
    stem_html: str
    points: int
    section: str | None
    must_pass: bool


class Authoring(ABC, Generic[Fields, AQuestion, AKey]):
    """How a type is written in a course file."""

    fields: type[Fields]
    """The fields that an author writes."""

    @abstractmethod
    def delivered(self, fields: Fields, common: Common, html: Html) -> AQuestion:
        """Return the part of a question that learners may see."""

    @abstractmethod
    def keyed(self, fields: Fields, explanation_html: str, html: Html) -> AKey:
        """Return its key."""

    def explanations(self, fields: Fields) -> Iterator[str]:
        """Yield the explanations that this type has besides the common one, as they are written."""
        yield from ()

    def broken(self, old: AQuestion, new: AQuestion) -> Iterator[str]:
        """Yield a sentence for each change of a published question that gives old answers another meaning."""
        yield from ()

    def mended(self, old: AQuestion, new: AQuestion) -> Iterator[tuple[str, str]]:
        """Yield a sentence and a remedy for each change that an author should hear of; the remedy may be
        empty."""
        yield from ()

    @abstractmethod
    def answer(self, key: AKey) -> object:
        """Return what of a key is the right answer, to compare it with that of another revision."""
