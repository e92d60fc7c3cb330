"""What a published question shows to every student, whatever they answer. Nothing here can reach the keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.courses.domain.taught_sections import TaughtSection, taught_section
from app.courses.queries import PublishedCourse
from app.kit.errors import NotFound
from app.questions.delivery import Question
from app.quizzes.domain.stems import split_stem

MOST_QUIZZES: Final = 200
"""How many quizzes are cached. A course has about ten, and each revision of it has its own."""


@dataclass(frozen=True, slots=True, eq=False)
class QuestionFace:
    """One question of a revision: a single object while it is cached, and it holds nothing of a person.

    `heading_html` is the first paragraph of the question, and `rest_html` everything after it (a drawing,
    more text). `section` is the part of a lesson that teaches it, if its course says so.
    """

    question: Question
    heading_html: str
    rest_html: str
    section: TaughtSection | None


@lru_cache(MOST_QUIZZES)
def question_faces(published: PublishedCourse, quiz_key: str) -> Mapping[str, QuestionFace]:
    """Return the questions of a quiz by their keys. Raise NotFound for a quiz that the revision lacks."""
    quiz = published.course.quiz(quiz_key)
    if quiz is None:
        raise NotFound
    return {
        question.key: QuestionFace(
            question, *split_stem(question.stem_html), taught_section(published.course, question)
        )
        for question in quiz.questions
    }


def taught_sections(faces: Mapping[str, QuestionFace]) -> dict[str, TaughtSection | None]:
    """Return for each question the section that teaches it, by the key of the question."""
    return {key: face.section for key, face in faces.items()}
