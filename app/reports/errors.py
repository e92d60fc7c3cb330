"""Refusals about the attempts of students."""

from app.kit.errors import Conflict
from app.kit.messages import msg


class AllowanceRefused(Conflict):
    """No further attempt can be allowed, or one cannot be taken back; the reason is one of
    `AllowanceReason`."""

    title = msg("This cannot be done with this student’s attempts")
    slug = "allowance-refused"


class LateAnswersRefused(Conflict):
    """The late answers are not accepted; the reason is one of `AcceptingReason` or `AttemptReason`."""

    title = msg("These answers cannot be accepted")
    slug = "late-answers-refused"


class ExtensionRefused(Conflict):
    """The attempt gets no time back, or is not opened again; the reason is one of `ExtensionReason` or
    `AttemptReason`."""

    title = msg("This attempt cannot get more time")
    slug = "extension-refused"


class ExceptionRefused(Conflict):
    """Something cannot be given to students at a quiz, or cannot be ended; the reason is one of
    `ExceptionReason` or `AllowanceReason`."""

    title = msg("This exception cannot be given or ended like this")
    slug = "exception-refused"


class OutageRefused(Conflict):
    """No time is given back for this outage; the reason is one of `OutageReason`."""

    title = msg("No time can be given back for this outage")
    slug = "outage-refused"
