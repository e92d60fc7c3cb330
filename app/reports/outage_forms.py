"""The form of an outage: when it was, whom it kept from working, and why."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.kit.errors import Invalid
from app.kit.ids import IntakeId
from app.kit.messages import msg
from app.quizzes.domain.outage import Outage
from app.reports.forms import LONGEST_REASON
from app.reports.outage_candidates import OutageScope
from app.web.dates import Day, TimeOfDay, moment
from app.web.field_messages import message_in
from app.web.forms import Form, label


class OutageForm(Form):
    """Local times of one day. `quiz` is the course and the quiz, with a slash between them. `step` is the
    preview, or the act."""

    quiz: str = Field(title=label("quiz"), max_length=140)
    intake: UUID | None = Field(default=None, title=label("intake"))
    day: Day = Field(title=label("day"))
    began_at: TimeOfDay = Field(title=label("time at which it began"))
    ended_at: TimeOfDay = Field(title=label("time at which it ended"))
    reason: str = Field(title=label("the reason"), min_length=3, max_length=LONGEST_REASON)
    tell: Literal["yes"] | None = Field(default=None, title=label("whether students read it"))
    step: Literal["preview", "give"] = Field(default="preview", title=label("step"))

    def scope(self, zone: str) -> OutageScope:
        """Return the outage in UTC, or raise Invalid for local times that do not exist."""
        course_key, _, quiz_key = self.quiz.partition("/")
        intake_id = IntakeId(self.intake) if self.intake else None
        outage = Outage(self._moment("began_at", zone), self._moment("ended_at", zone))
        return OutageScope(course_key, quiz_key, intake_id, outage)

    def _moment(self, name: Literal["began_at", "ended_at"], zone: str) -> datetime:
        try:
            return moment(self.day, getattr(self, name), zone)
        except ValueError as error:
            words = msg("There is a problem with the times.")
            raise Invalid(words, fields={name: message_in(error)}) from None
