"""Facts that courses announce."""

from typing import ClassVar

from app.kit.ids import RevisionId
from app.outbox.facts import Fact, FactPart


class CorrectedPassage(FactPart):
    """An erratum and the revisions whose words it corrects: those of a lesson, or those of an
    explanation in a quiz."""

    key: str
    lesson_key: str | None
    quiz_key: str | None
    revision_ids: tuple[RevisionId, ...]


class CourseCorrected(Fact):
    """A course has new errata. Those of one publication are one fact, so that each person gets one
    mail."""

    name: ClassVar[str] = "course.corrected"
    handled_by: ClassVar[tuple[str, ...]] = ("tell-of-corrections",)

    course_key: str
    errata: tuple[CorrectedPassage, ...]
