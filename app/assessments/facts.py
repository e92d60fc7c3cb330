"""Facts that assessments announce."""

from typing import ClassVar

from app.assessments.domain import Outcome
from app.kit.ids import AssessmentId, UserId
from app.outbox.facts import Fact


class AssessmentSigned(Fact):
    """An instructor signed the assessment of a student, who is `user_id`.

    Facts that the migration 20261129_0051 wrote have neither an assessment nor its outcome.
    """

    name: ClassVar[str] = "assessment.signed"
    handled_by: ClassVar[tuple[str, ...]] = ("find-earned-certificate",)

    user_id: UserId
    course_key: str
    assessment_id: AssessmentId | None = None
    outcome: Outcome | None = None
