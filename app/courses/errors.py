"""Why a course is not published."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from app.authoring.problems import Problem
from app.courses.domain.diff import Change
from app.courses.domain.stored import UnreadableDocument
from app.kit.errors import Conflict, Invalid
from app.kit.messages import Message, msg
from app.kit.stored_documents import DamagedDocument, LaterVersionNeeded

log = structlog.get_logger("preceptor.courses")


class CourseHasProblems(Invalid):
    """The files of the course have problems; nothing was published."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(
            msg("Nothing was published. Mend these problems first:\n{problems}", problems=lines)
        )
        self.problems = tuple(problems)


class CorruptsEvidence(Conflict):
    """The new state would change the meaning of existing answers and assessments; nothing was
    published."""

    def __init__(self, changes: Sequence[Change]) -> None:
        lines = "\n".join(f"  {change}" for change in changes)
        super().__init__(
            msg(
                "Nothing was published, because results that exist would change their meaning:\n{changes}",
                changes=lines,
            ),
            reason="corrupts-evidence",
        )
        self.changes = tuple(changes)


class ErratumChanged(Conflict):
    """A published erratum was changed in the files; nothing was published."""

    def __init__(self, key: str) -> None:
        super().__init__(
            msg(
                "The erratum {key} was published before, and people have read it. Leave it as it was, and "
                "add another one with a new key.",
                key=key,
            ),
            reason="erratum-changed",
        )


@dataclass(frozen=True, slots=True)
class UnreadableRevision:
    """A stored revision that this version cannot read. `is_newer`: a later version stored it; otherwise it is
    damaged. `written_by` is the version that stored it, where that is recorded."""

    course_key: str
    number: int
    written_by: str | None
    is_newer: bool


class RevisionUnreadable(Conflict):
    """This version cannot read a revision of a course: a later version stored it, or it is damaged."""

    def __init__(self, revision: UnreadableRevision) -> None:
        kind = LaterVersionNeeded if revision.is_newer else DamagedDocument
        self.title, self.slug = kind.title, kind.slug
        reason = "needs-newer-version" if revision.is_newer else "revision-damaged"
        super().__init__(_why_unreadable(revision), reason=reason)


def _why_unreadable(revision: UnreadableRevision) -> Message:
    if not revision.is_newer:
        return msg(
            "Revision {number} of the course {course} is damaged and cannot be read. The academy has to "
            "restore it from a backup; “preceptor audit” names it. Everything else works.",
            number=revision.number,
            course=revision.course_key,
        )
    if revision.written_by is None:
        return msg(
            "Revision {number} of the course {course} was published with Preceptor in a later version, and "
            "this is an earlier version, which cannot read it. The academy needs Preceptor in a later "
            "version for this course. Everything else works.",
            number=revision.number,
            course=revision.course_key,
        )
    return msg(
        "Revision {number} of the course {course} was published with Preceptor {version}, and this is an "
        "earlier version, which cannot read it. The academy needs Preceptor {version} or newer for this "
        "course. Everything else works.",
        number=revision.number,
        course=revision.course_key,
        version=revision.written_by,
    )


def note_unreadable(row: Any, problem: UnreadableDocument) -> UnreadableRevision:
    """Log that a row of `course_revisions` cannot be read, without its content, and return the facts."""
    log.error(
        "a course revision cannot be read",
        course=row.course_key,
        number=row.number,
        format=row.format,
        written_by=row.written_by,
        detail=str(problem),
    )
    return UnreadableRevision(row.course_key, row.number, row.written_by, problem.is_newer)


class PublishedMeanwhile(Conflict):
    """Somebody else published at the same time."""

    def __init__(self) -> None:
        super().__init__(
            msg(
                "Somebody else published at the same moment, so nothing was published here. "
                "Look at what is published now, and publish again."
            ),
            reason="published-meanwhile",
        )
