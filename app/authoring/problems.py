"""Problems of a course's files, described so that the author can fix them."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, order=True)
class Problem:
    """One problem. `path` is relative to the course's folder; `line` counts from 1."""

    path: str
    line: int
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} {self.hint}".rstrip()

    def moved(self, path: str, *, by: int) -> "Problem":
        """Return the problem for a text that begins `by` lines further down in `path`."""
        return replace(self, path=path, line=self.line + by)

    def at(self, path: str, line: int) -> "Problem":
        """Return the problem with the line of the whole text, if its own line is unknown."""
        return replace(self, path=path, line=line)
