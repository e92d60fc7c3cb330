"""Why a course is not published."""

from collections.abc import Sequence

from app.courses.domain.diff import Change
from app.courses.domain.problems import Problem
from app.kit.errors import Conflict, Invalid


class CourseHasProblems(Invalid):
    """The files of the course have problems; nothing was published."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"Nothing was published. Mend these problems first:\n{lines}")
        self.problems = tuple(problems)


class CorruptsEvidence(Conflict):
    """The new state would change what existing answers and assessments say; nothing was published."""

    def __init__(self, changes: Sequence[Change]) -> None:
        lines = "\n".join(
            f"  {change.where}: {change.sentence} {change.remedy}" for change in changes
        )
        super().__init__(
            f"Nothing was published, because results that exist would change their meaning:\n{lines}",
            reason="corrupts-evidence",
        )
        self.changes = tuple(changes)


class ErratumChanged(Conflict):
    """An erratum that people have read would say something else; nothing was published."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The erratum {key} was published before, and people have read it. Leave it as it was, "
            "and add another one with a new key.",
            reason="erratum-changed",
        )


class PublishedMeanwhile(Conflict):
    """Somebody else published at the same moment."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else published at the same moment, so nothing was published here. "
            "Look at what is published now, and publish again.",
            reason="published-meanwhile",
        )
