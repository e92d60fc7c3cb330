"""The questions of an attempt and their order: a pure function of the quiz and a secret seed.

Orders and tokens come from a keyed hash. Without the seed, which never leaves the server, nobody
can compute or reverse them, so they reveal nothing about the content or about another attempt.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from hmac import digest as keyed_hash

from app.courses.domain.delivery import Quiz
from app.questions.answering import answering_of
from app.questions.contract import DrawnOption, DrawnQuestion
from app.questions.delivery import Question

TOKEN_LENGTH = 16


def draw(quiz: Quiz, seed: str) -> tuple[DrawnQuestion, ...]:
    """Return the questions of one attempt; the same quiz and seed give the same questions.

    The questions are drawn at random even if the quiz keeps its author's order. Those that must be right
    are in every attempt, at any place; the others fill what is left.
    """
    keys = [question.key for question in quiz.questions]
    decisive = {question.key for question in quiz.must_pass}
    shuffled = _shuffled(keys, seed, "questions")
    others = [key for key in shuffled if key not in decisive]
    drawn = decisive.union(others[: quiz.length - len(decisive)])
    chosen = [key for key in shuffled if key in drawn]
    if not quiz.shuffle:
        chosen.sort(key=keys.index)
    return tuple(_drawn(quiz.question(key), seed) for key in chosen)


def _drawn(question: Question, seed: str) -> DrawnQuestion:
    def shuffle(keys: Sequence[str]) -> list[str]:
        return _shuffled(keys, seed, "options", question.key)

    return DrawnQuestion(
        question.key,
        tuple(
            DrawnOption(key, _secret(seed, "token", question.key, key)[:TOKEN_LENGTH])
            for key in answering_of(question).order(question, shuffle)
        ),
        question.type,
    )


def _shuffled(keys: Iterable[str], seed: str, *purpose: str) -> list[str]:
    """Sort by an unpredictable hash, so that every order is equally likely."""
    return sorted(keys, key=lambda key: _secret(seed, *purpose, key))


def _secret(seed: str, *purpose: str) -> str:
    return keyed_hash(seed.encode(), "\0".join(purpose).encode(), sha256).hex()
