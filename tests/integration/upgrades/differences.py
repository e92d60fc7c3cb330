"""What a line about an intended difference says, and how it is applied to a page or mail of that version."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """`was` became `now` on every page whose path (or every mail whose template) matches `where`, because of
    `why`. All are regular expressions (`now` may also be what makes the words of a match); `where` matches
    as a whole."""

    why: str
    where: str
    was: str
    now: str | Callable[[re.Match[str]], str]

    def applied(self, path: str, text: str) -> str:
        """Return the text of a page or mail of that version as it is meant to read now."""
        if not re.fullmatch(self.where, path):
            return text
        return re.sub(self.was, self.now, text)


@dataclass(frozen=True)
class Capital(Difference):
    """The first sentence below the greeting began in lower case, also where a mailbox shows it first."""

    def applied(self, path: str, text: str) -> str:
        for words in re.findall(self.was, text) if re.fullmatch(self.where, path) else ():
            text = text.replace(words, words[0].upper() + words[1:])
        return text


@dataclass(frozen=True)
class Rebuilt:
    """Pages that were built anew, because of `why`: those whose path matches `where` and whose text began
    with `began`. Only their status and title are compared; what they say now has tests of its own."""

    why: str
    where: str
    began: str

    def fits(self, path: str, text: str) -> bool:
        return bool(re.fullmatch(self.where, path) and re.match(self.began, text))
