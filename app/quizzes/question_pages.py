"""A page of an attempt with one question or several, as its template shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kit.messages import Message, msg
from app.quizzes.domain.paging import PageOfQuestions, page_around
from app.quizzes.queries import RunningAttempt
from app.quizzes.shown_questions import ShownQuestion


@dataclass(frozen=True, slots=True)
class QuestionField:
    """One question on its page. `typed` is what its form sends, and `error` why that could not be read. On a
    page of several questions every name and id ends with the position."""

    question: ShownQuestion
    typed: tuple[str, ...]
    error: Message | None
    place: PageOfQuestions

    @property
    def has_neighbours(self) -> bool:
        return self.place.has_several

    @property
    def is_first(self) -> bool:
        return self.question.position == self.place.first

    @property
    def name(self) -> str:
        return self.part("answer")

    @property
    def id(self) -> str:
        """The id of its first control."""
        return f"f-{self.name}"

    @property
    def heading(self) -> str:
        """The level of its heading."""
        return "h2" if self.has_neighbours else "h1"

    @property
    def saved_at(self) -> datetime | None:
        """When its answer was saved; None: it has none."""
        return self.question.saved_at if self.question.is_answered else None

    def part(self, word: str) -> str:
        """Return the id of a part of this question."""
        return f"{word}-{self.question.position}" if self.has_neighbours else word


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """The questions of one page, in order."""

    place: PageOfQuestions
    fields: tuple[QuestionField, ...]

    @property
    def title(self) -> Message:
        place = self.place
        if place.has_several:
            return msg(
                "Questions {first}–{last} of {n}",
                first=place.first,
                last=place.last,
                n=place.length,
            )
        return msg("Question {position} of {n}", position=place.first, n=place.length)

    @property
    def errors(self) -> dict[str, Message]:
        """What could not be read, by the name of its field."""
        return {field.name: _in_summary(field, field.error) for field in self.fields if field.error}

    @property
    def saved_at(self) -> datetime | None:
        """When the newest answer of the page was saved; None: it has none."""
        return max((field.saved_at for field in self.fields if field.saved_at), default=None)

    @property
    def first_in_conflict(self) -> int | None:
        """The position of the first question here whose student has to choose between two answers."""
        return next(
            (field.question.position for field in self.fields if field.question.conflict), None
        )


def _in_summary(field: QuestionField, error: Message) -> Message:
    """Return an error as it stands above a page."""
    if not field.has_neighbours:
        return error
    return msg("Question {position}: {problem}", position=field.question.position, problem=error)


def question_page(
    running: RunningAttempt,
    position: int,
    sent: Mapping[int, Sequence[str]] | None = None,
    problems: Mapping[int, Message] | None = None,
) -> QuestionPage:
    """Return the page on which a question stands; raise NotFound beyond the last question. `sent` are answers
    to show in the place of those that are saved, and `problems` why some of them could not be read."""
    running.question(position)
    place = page_around(position, running.length, running.quiz.questions_on_a_page)
    shown = [running.question(number) for number in place.positions]
    return QuestionPage(
        place, tuple(_field(question, place, sent or {}, problems or {}) for question in shown)
    )


def _field(
    question: ShownQuestion,
    place: PageOfQuestions,
    sent: Mapping[int, Sequence[str]],
    problems: Mapping[int, Message],
) -> QuestionField:
    """Return a question with what was sent now, or else with what is saved, readable or not."""
    if question.position in sent:
        typed = tuple(sent[question.position])
        return QuestionField(question, typed, problems.get(question.position), place)
    if question.unreadable is not None:
        unreadable = question.unreadable
        return QuestionField(question, unreadable.typed, unreadable.message, place)
    return QuestionField(question, question.typed, None, place)
