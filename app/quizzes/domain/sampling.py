"""The questions of an attempt and their order: a pure function of the quiz and a secret seed.

Orders and tokens come from a keyed hash. Without the seed, which never leaves the server, nobody
can compute or reverse them, so they reveal nothing about the content or about another attempt.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest as keyed_hash
from typing import NamedTuple, TypeVar

from app.courses.domain.delivery import Option, Question, QuestionType, Quiz

TOKEN_LENGTH = 16
Item = TypeVar("Item", Question, Option)


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
    type: QuestionType | None = None
    """None: it was stored by a version that did not name it."""

    def key_of(self, token: str) -> str | None:
        """Return the option behind a token, or None for a token of another question or attempt."""
        return next((option.key for option in self.options if option.token == token), None)

    def tokens_of(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the tokens of some options, in the order shown."""
        wanted = frozenset(keys)
        return tuple(option.token for option in self.options if option.key in wanted)


def draw(quiz: Quiz, seed: str) -> tuple[DrawnQuestion, ...]:
    """Return the questions of one attempt; the same quiz and seed give the same questions.

    The questions are drawn at random even if the quiz keeps its author's order.
    """
    chosen = _shuffled(quiz.questions, seed, "questions")[: quiz.length]
    if not quiz.shuffle:
        chosen.sort(key=quiz.questions.index)
    return tuple(_drawn(question, seed) for question in chosen)


def _drawn(question: Question, seed: str) -> DrawnQuestion:
    options = list(question.options)
    if question.shuffle_options:
        options = _shuffled(question.options, seed, "options", question.key)
    return DrawnQuestion(
        question.key,
        tuple(
            DrawnOption(option.key, _secret(seed, "token", question.key, option.key)[:TOKEN_LENGTH])
            for option in options
        ),
        question.type,
    )


def _shuffled(items: Iterable[Item], seed: str, *purpose: str) -> list[Item]:
    """Sort by an unpredictable hash, so that every order is equally likely."""
    return sorted(items, key=lambda item: _secret(seed, *purpose, item.key))


def _secret(seed: str, *purpose: str) -> str:
    return keyed_hash(seed.encode(), "\0".join(purpose).encode(), sha256).hex()
