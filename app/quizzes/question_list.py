"""The list of all questions beside the page that is open, and how far the attempt is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from app.quizzes.domain.paging import PageOfQuestions


class ListedQuestion(NamedTuple):
    """One question of the list. `is_here`: it stands on the page that is open."""

    position: int
    is_answered: bool
    is_flagged: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class QuestionList:
    """All questions of an attempt in their order. Those of two students who are as far are equal: it holds
    nothing of their answers. `is_in_pages`: the quiz shows several questions on a page."""

    place: PageOfQuestions
    is_in_pages: bool
    answered_positions: frozenset[int]
    flagged_positions: frozenset[int]

    @property
    def answered(self) -> int:
        return len(self.answered_positions)

    @property
    def flagged(self) -> int:
        return len(self.flagged_positions)

    @property
    def questions(self) -> Iterator[ListedQuestion]:
        for position in range(1, self.place.length + 1):
            yield ListedQuestion(
                position,
                position in self.answered_positions,
                position in self.flagged_positions,
                position in self.place.positions,
            )
