"""Refusals of enquiries."""

from app.enquiries.domain import AnswerRefusal
from app.kit.errors import Conflict
from app.kit.messages import msg


class AnswerRefused(Conflict):
    title = msg("This enquiry is already answered")
    slug = "answer-refused"

    def __init__(self, reason: AnswerRefusal) -> None:
        super().__init__(
            "Somebody has marked it as answered before you. Their note is below.", reason=reason
        )
