"""Rules about passwords: their length, and which are too easy to guess."""

import re
import unicodedata
from collections.abc import Set

from app.kit.academy import Academy
from app.kit.messages import Message, msg, msgs
from app.kit.subjects import Subjects

SHORTEST_PASSWORD = 15
SHORTEST_WITH_FACTOR = 10
LONGEST_PASSWORD = 256
TOO_SHORT_ALONE = msgs(
    "Without a second factor a password needs {n} character, and yours has fewer.",
    "Without a second factor a password needs {n} characters, and yours has fewer.",
    SHORTEST_PASSWORD,
)

ACADEMY_WORDS = (
    "preceptor", "academy", "practical", "certificate", "student", "instructor", "admin",
    "administrator", "training", "course", "lesson", "module",
)  # fmt: skip
"""Words of every academy; `guessable_words` adds those of one."""
SHORTEST_GUESSABLE = 4
"""Shorter words of a name or a title, such as `in` and `the`, are parts of too many others."""
COMMON_WORDS = (
    "password", "passwort", "passphrase", "passcode", "letmein", "welcome", "qwertyuiop", "qwerty",
    "asdfghjkl", "asdfgh", "zxcvbnm", "azerty", "qazwsx", "1q2w3e4r", "iloveyou", "sunshine",
    "princess", "football", "baseball", "liverpool", "arsenal", "chelsea", "superman", "batman",
    "monkey", "dragon", "master", "shadow", "michael", "charlie", "ashley", "jessica", "whatever",
    "trustno", "starwars", "pokemon", "computer", "internet", "samsung", "google", "facebook",
    "secret", "changeme", "default", "guest", "login", "hello", "summer", "winter", "spring",
    "autumn", "monday", "friday", "january", "december", "flower", "cheese", "freedom", "lovely",
    "correcthorsebatterystaple", "thisismypassword", "love", "test", "user", "root", "abc",
)  # fmt: skip
LOOKALIKES = str.maketrans("013457@$!", "oleastasi")
FEWEST_OWN_CHARACTERS = 6
FEWEST_DIFFERENT = 5
RUN = 4


def normal_password(typed: str) -> str:
    """Return the form of a password that is hashed: composed and decomposed letters are the same
    (R-002)."""
    return unicodedata.normalize("NFKC", typed)


def shortest_password(*, has_factor: bool) -> int:
    """Return how many characters a password needs; fewer beside a second factor (R-001)."""
    return SHORTEST_WITH_FACTOR if has_factor else SHORTEST_PASSWORD


def is_too_short_alone(typed: str) -> bool:
    """Return whether a password is too short without a second factor (R-001)."""
    return len(normal_password(typed)) < SHORTEST_PASSWORD


def guessable_words(academy: Academy, subjects: Subjects) -> frozenset[str]:
    """Return the words that somebody who guesses passwords of this academy tries first: those of its name,
    its city, the titles of its courses, and what its file lists."""
    texts = (academy.name, academy.city or "", *subjects.titles, *academy.password_words)
    words = re.split(r"[\W\d_]+", " ".join(texts).casefold())
    return frozenset(word for word in words if len(word) >= SHORTEST_GUESSABLE)


def password_problem(
    typed: str,
    *,
    email: str = "",
    name: str = "",
    has_factor: bool = False,
    guessable: Set[str] = frozenset(),
) -> Message | None:
    """Return a sentence about why this may not be a password, or None.

    Length is the only formal rule (R-001, R-002). In addition, a password must contain enough
    besides common passwords, words of the academy and the person's own name (R-004).
    """
    password = normal_password(typed)
    if len(password) < (fewest := shortest_password(has_factor=has_factor)):
        return msgs(
            "Use at least {n} character. "
            "Four or five words that do not belong together are easy to remember.",
            "Use at least {n} characters. "
            "Four or five words that do not belong together are easy to remember.",
            fewest,
        )
    if len(password) > LONGEST_PASSWORD:
        return msgs("Use at most {n} character.", "Use at most {n} characters.", LONGEST_PASSWORD)
    if len(set(password)) < FEWEST_DIFFERENT:
        return msg("This repeats a few characters. Use words that do not belong together.")
    own = guessable | {
        part for part in re.split(r"[^\w]+|_", f"{email} {name}".casefold()) if len(part) > 2
    }
    if _own_characters(password, own) < FEWEST_OWN_CHARACTERS:
        return msg(
            "This is easy to guess: it is made of common passwords, words of the academy, or your "
            "name. Use words that do not belong together."
        )
    return None


def _own_characters(password: str, own_words: Set[str]) -> int:
    """Count the characters left after removing everything that is guessed first."""
    words = sorted({*ACADEMY_WORDS, *COMMON_WORDS, *own_words}, key=len, reverse=True)
    left = min(
        (_without(spelling, words) for spelling in _spellings(password)),
        key=len,
    )
    return len(left)


def _spellings(password: str) -> tuple[str, str]:
    plain = password.casefold()
    return plain, plain.translate(LOOKALIKES)


def _without(text: str, words: list[str]) -> str:
    for word in words:
        text = text.replace(word, " ")
    return "".join(
        character
        for part in text.split()
        for character in _without_runs(part)
        if character.isalnum()
    )


def _without_runs(text: str) -> str:
    """Remove runs such as 1234, dcba or aaaa: four or more characters that step up, down or stay
    the same."""
    letters, start = [], 0
    while start < len(text):
        end = _end_of_run(text, start)
        if end - start < RUN:
            end = start + 1
            letters.append(text[start])
        start = end
    return "".join(letters)


def _end_of_run(text: str, start: int) -> int:
    if start + 1 >= len(text):
        return start + 1
    step = ord(text[start + 1]) - ord(text[start])
    if step not in (-1, 0, 1):
        return start + 1
    end = start + 1
    while end < len(text) and ord(text[end]) - ord(text[end - 1]) == step:
        end += 1
    return end
