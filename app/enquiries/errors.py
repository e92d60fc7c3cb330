"""Refusals of enquiries."""

from app.kit.errors import Conflict
from app.kit.messages import msg


class AnswerRefused(Conflict):
    title = msg("This enquiry is already answered")
    slug = "answer-refused"
