"""Mails about assessments."""

from typing import ClassVar

from app.kit.ids import AssessmentId
from app.mail.kinds import PersonMail


class AssessmentSignedMail(PersonMail):
    """The report is ready; `title` is that of the checklist."""

    template: ClassVar[str] = "assessments/signed"

    title: str
    assessment_id: AssessmentId
