"""The questions of a quiz with their keys, for staff who teach the course.

Only this module of the package may import the keys. Its values are rendered for each request and never
cached: a student's page cannot hold one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.courses.answer_keys import answer_keys, explanation_corrections
from app.courses.domain.delivery import Module, Quiz
from app.courses.domain.errata import Correction, applying, corrected_html
from app.courses.queries import PublishedCourse
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.messages import Message, msg
from app.learning.lesson_reading import with_links_below
from app.questions.contract import Readers
from app.questions.delivery import Question
from app.questions.keys import QuestionKey
from app.questions.scoring import scoring_of
from app.quizzes.domain.releasing import shows_answers_each_time
from app.quizzes.domain.stems import split_stem
from app.quizzes.key_readers import reads_keys
from app.teaching.domain import module_of_quiz
from app.teaching.queries import StaffReading, reading_of


@dataclass(frozen=True, slots=True)
class KeyedQuestion:
    """A question as staff read it. `answer` is made by the scoring of its type, whose template shows it."""

    position: int
    type: str
    heading_html: str
    rest_html: str
    points: int
    must_pass: bool
    answer: object
    explanation_html: str
    corrections: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class QuizForStaff:
    """A quiz with every question of its pool. `shows_keys` is false for staff who take the course
    themselves. `module` is None for the final test."""

    reading: StaffReading
    quiz: Quiz
    module: Module | None
    introduction_html: str
    shows_keys: bool
    questions: tuple[KeyedQuestion, ...]

    @property
    def answers_shown(self) -> Message:
        """When students see the right answers."""
        if shows_answers_each_time(self.quiz):
            return msg("Shown after each attempt")
        return msg("Shown once it is passed, or after the last attempt")


def quiz_of(db: Session, actor: Actor, course_key: str, number: int, quiz_key: str) -> QuizForStaff:
    """Return a quiz of a revision, with its keys for those who may read them. Raise NotFound."""
    reading = reading_of(db, actor, course_key, number)
    quiz = reading.course.quiz(quiz_key)
    if quiz is None:
        raise NotFound
    shows_keys = reads_keys(db, actor, course_key)
    keys: Mapping[str, QuestionKey] = {}
    corrections: Mapping[str, tuple[Correction, ...]] = {}
    if shows_keys:
        keys = answer_keys(db, reading.published.revision_id).quizzes[quiz_key].questions
        corrections = explanation_corrections(db, course_key, quiz_key)
    return QuizForStaff(
        reading,
        quiz,
        module_of_quiz(reading.course, quiz_key),
        with_links_below(quiz.introduction_html, course_key, reading.base),
        shows_keys,
        tuple(
            _Reader(reading.published, reading.base, corrections.get(question.key, ())).keyed(
                position, question, keys.get(question.key)
            )
            for position, question in enumerate(quiz.questions, start=1)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes the question that staff read, with its corrections marked and its links below `base`."""

    published: PublishedCourse
    base: str
    corrections: tuple[Correction, ...]

    def keyed(self, position: int, question: Question, key: QuestionKey | None) -> KeyedQuestion:
        heading, rest = split_stem(question.stem_html)
        return KeyedQuestion(
            position=position,
            type=question.type,
            heading_html=self._linked(heading),
            rest_html=self._linked(rest),
            points=question.points,
            must_pass=question.must_pass,
            answer=scoring_of(question).keyed(
                question, key, Readers(shown=self._linked, explained=self._corrected)
            ),
            explanation_html=self._corrected(key.explanation_html) if key else "",
            corrections=applying("\n".join(key.explanations), self.corrections) if key else (),
        )

    def _corrected(self, html: str) -> str:
        return self._linked(corrected_html(html, self.corrections, self.published.words))

    def _linked(self, html: str) -> str:
        return with_links_below(html, self.published.course_key, self.base)
