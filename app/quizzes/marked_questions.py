"""The questions of an ended attempt as students see them before the right answers are shown: what they
answered, whether it was right, and where it is taught. Nothing here can reach the keys."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.courses.domain.taught_sections import TaughtSection
from app.quizzes.domain.attempt import Attempt, QuestionMark, SavedAnswer, counting
from app.quizzes.question_faces import QuestionFace
from app.quizzes.shown_questions import ShownQuestion, shown_question


@dataclass(frozen=True, slots=True)
class MarkedQuestion:
    """A question with the answer that was given, and whether that was right. Not with its points: part of
    them would say how much of the answer was right."""

    key: str
    shown: ShownQuestion
    is_right: bool
    section: TaughtSection | None
    """The section of a lesson that teaches it, if its course says so."""

    @property
    def position(self) -> int:
        return self.shown.position


def marked_questions(
    faces: Mapping[str, QuestionFace],
    attempt: Attempt,
    answers: Iterable[SavedAnswer],
    marks: Sequence[QuestionMark],
) -> tuple[MarkedQuestion, ...]:
    """Return the questions of an ended attempt in their order, with the answers that counted."""
    counted = counting(answers, attempt.due_at)
    return tuple(
        MarkedQuestion(
            drawn.key,
            shown_question(position, faces[drawn.key], drawn, counted.get(drawn.key)),
            mark.is_right,
            faces[drawn.key].section,
        )
        for position, (drawn, mark) in enumerate(zip(attempt.drawn, marks, strict=True), start=1)
    )
