"""Whether a section of a lesson was clear: the rules, without clock and database.

Staff read how many found a section unclear, and the words, but never whose they are. So nothing of a
section is shown before several people have voted on it: in a small group the words of a sole voter would be
no secret.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.messages import Message

LONGEST_WORDS: Final = 500
LEAST_VOTES: Final = 3
"""How many people must have voted on a section before staff read anything of it."""


class ClarityAnswer(StrEnum):
    """What a person answers to “Was this clear?”; `none` takes an earlier answer back."""

    yes = "yes"
    not_quite = "not-quite"
    none = "none"


@dataclass(frozen=True, slots=True)
class SectionVote:
    """A person’s vote on a section of a revision. `words` say what was not clear; they may be empty."""

    section: str
    is_clear: bool
    words: str
    voted_at: datetime

    @property
    def answer(self) -> ClarityAnswer:
        return ClarityAnswer.yes if self.is_clear else ClarityAnswer.not_quite


@dataclass(frozen=True, slots=True)
class ClarityField:
    """The field for what was not clear in a section, as it is on record or as it was typed and refused. A
    script fills in the section of the empty one."""

    section: str = ""
    words: str = ""
    error: Message | None = None
    longest: ClassVar[int] = LONGEST_WORDS
    least: ClassVar[int] = LEAST_VOTES


def share_percent(unclear: int, votes: int) -> int:
    """Return the share of votes that found a section unclear, in whole percent. It is 0 or 100 only if nobody
    or everybody did."""
    if unclear in (0, votes):
        return 100 if unclear else 0
    return min(99, max(1, round(100 * unclear / votes)))
