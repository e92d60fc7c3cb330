"""What is wrong with a course's files, said so that the author can mend it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend. `path` is relative to the course's folder; `line` counts from 1."""

    path: str
    line: int
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} {self.hint}".rstrip()

    def moved(self, path: str, *, by: int) -> "Problem":
        """The same problem, found in a text that begins `by` lines further down in `path`."""
        return replace(self, path=path, line=self.line + by)

    def at(self, path: str, line: int) -> "Problem":
        """The same problem where only the place of the whole text is known."""
        return replace(self, path=path, line=line)
