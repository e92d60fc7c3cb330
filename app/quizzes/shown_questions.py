"""The questions of an attempt as they are shown to its student. Nothing here can reach the keys."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.kit.messages import Message
from app.questions.answering import answer_to, answering_of
from app.questions.contract import DrawnQuestion, Shown, UnreadableResponse
from app.questions.delivery import Question
from app.quizzes.domain.attempt import AnswerStanding, SavedAnswer
from app.quizzes.domain.saving import open_conflict
from app.quizzes.question_faces import QuestionFace


@dataclass(frozen=True, slots=True)
class UnreadableAnswer:
    """What was typed and cannot be read, and why. It does not count."""

    typed: tuple[str, ...]
    message: Message
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """One question of an attempt without a key, and what the student answered so far.

    `face` is what everybody sees of it, and `typed` the answer as its form sends it. `sequence` is that of
    the newest saved answer, 0 without one; what is set aside or unreadable is not counted. `conflict` are
    the answers between which the student has to choose, the one in force first. `unreadable` is what was
    typed last, if it cannot be read. `is_flagged`: the student wants to come back.
    """

    position: int
    face: QuestionFace
    drawn: DrawnQuestion
    typed: tuple[str, ...]
    is_answered: bool
    sequence: int
    saved_at: datetime | None
    conflict: tuple["ConflictingAnswer", ...] = ()
    unreadable: UnreadableAnswer | None = None
    is_flagged: bool = False

    @property
    def type(self) -> str:
        return self.face.question.type

    @property
    def stem_html(self) -> str:
        return self.face.question.stem_html

    @property
    def heading_html(self) -> str:
        return self.face.heading_html

    @property
    def rest_html(self) -> str:
        return self.face.rest_html

    @property
    def points(self) -> int:
        return self.face.question.points

    @property
    def must_pass(self) -> bool:
        return self.face.question.must_pass

    @property
    def shown(self) -> Shown:
        """What its type shows of it in this attempt."""
        question = self.face.question
        return answering_of(question).shown(question, self.drawn)

    @property
    def answers_html(self) -> tuple[str, ...]:
        """The answer in words, for the check before sending."""
        return self.shown.answers(self.typed)


@dataclass(frozen=True, slots=True)
class ConflictingAnswer:
    """One of the answers between which the student has to choose. `question` shows it as its type does;
    `device` None: it is not known which one sent it."""

    question: ShownQuestion
    sequence: int
    saved_at: datetime
    device: UUID | None
    is_in_force: bool


def shown_question(
    position: int,
    face: QuestionFace,
    drawn: DrawnQuestion,
    counted: SavedAnswer | None,
    saved: Sequence[SavedAnswer] = (),
    *,
    is_flagged: bool = False,
) -> ShownQuestion:
    """Return a question of an attempt. `counted` is the answer that counts, or None; `saved` are its saved
    answers, at least the newest of each device and standing; without them no conflict is shown."""
    question = face.question
    of_type = answering_of(question)
    response = answer_to(question, counted.response if counted else None)
    shown = ShownQuestion(
        position=position,
        face=face,
        drawn=drawn,
        typed=of_type.typed(response, drawn) if response else (),
        is_answered=response is not None,
        sequence=max((each.sequence for each in saved if _is_newest(each)), default=0),
        saved_at=counted.received_at if counted else None,
        unreadable=_unreadable(question, drawn, saved) if saved else None,
        is_flagged=is_flagged,
    )
    conflict = open_conflict(saved) if len(saved) > 1 else ()
    if not conflict:
        return shown
    return replace(
        shown,
        conflict=tuple(_conflicting(shown, question, drawn, answer) for answer in conflict),
    )


def _is_newest(answer: SavedAnswer) -> bool:
    """Return whether an answer counts, or would if it were not late."""
    return answer.standing not in (AnswerStanding.set_aside, AnswerStanding.unreadable)


def _unreadable(
    question: Question, drawn: DrawnQuestion, saved: Sequence[SavedAnswer]
) -> UnreadableAnswer | None:
    """Return what was typed last, unless it can be read."""
    newest = max(
        (each for each in saved if each.standing is not AnswerStanding.set_aside),
        key=lambda answer: answer.sequence,
        default=None,
    )
    if newest is None or newest.standing is not AnswerStanding.unreadable:
        return None
    read = answering_of(question).read(question, drawn, newest.typed)
    if not isinstance(read, UnreadableResponse):
        return None
    return UnreadableAnswer(newest.typed, read.message, newest.received_at)


def _conflicting(
    shown: ShownQuestion, question: Question, drawn: DrawnQuestion, answer: SavedAnswer
) -> ConflictingAnswer:
    response = answer_to(question, answer.response)
    typed = answering_of(question).typed(response, drawn) if response else ()
    return ConflictingAnswer(
        question=replace(shown, typed=typed, is_answered=response is not None),
        sequence=answer.sequence,
        saved_at=answer.received_at,
        device=answer.device,
        is_in_force=answer.may_count,
    )
