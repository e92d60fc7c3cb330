"""Sorts the files of a course by kind, and reads them as far as possible."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.authoring.characters import (
    HINT,
    harmful_characters,
    without_harmful_characters,
)
from app.authoring.fields import KEY_HINT, is_key
from app.authoring.messages import did_you_mean
from app.authoring.problems import Problem
from app.authoring.yaml_source import LinedYaml, load
from app.courses.domain.source_archive import MEDIA_FOLDER

MOST_FILES: Final = 2_000
LARGEST_FILE: Final = 400_000
LARGEST_COURSE: Final = 30_000_000


class FileKind(StrEnum):
    """The kind of a file. The value is the word used in problems."""

    course = "course"
    module = "module"
    lesson = "lesson"
    quiz = "quiz"
    practical = "practical"
    checklist = "checklist"
    glossary = "glossary"
    references = "references"
    errata = "errata"
    drawing = "drawing"


_SINGLE: Final = {
    "course.yaml": FileKind.course,
    "glossary.yaml": FileKind.glossary,
    "references.yaml": FileKind.references,
}
_MAY_BE_THERE: Final = {"errata.yaml": FileKind.errata}
_FOLDERS: Final = {
    "modules": (FileKind.module, ".yaml"),
    "lessons": (FileKind.lesson, ".md"),
    "quizzes": (FileKind.quiz, ".yaml"),
    "practicals": (FileKind.practical, ".yaml"),
    "checklists": (FileKind.checklist, ".yaml"),
    "media": (FileKind.drawing, ".svg"),
}


@dataclass(frozen=True)
class SourceDocument:
    """A file with YAML; for a lesson that is the front matter, and `body` is its Markdown.

    `lined` is None when the YAML could not be read at all.
    """

    path: str
    kind: FileKind
    key: str
    lined: LinedYaml | None
    body: str = ""
    body_line: int = 1


@dataclass
class Folder:
    """Documents by kind and key, drawings by file name, and the problems so far."""

    documents: dict[FileKind, dict[str, SourceDocument]] = field(
        default_factory=lambda: {kind: {} for kind in FileKind}
    )
    drawings: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def all(self) -> Iterator[SourceDocument]:
        for documents in self.documents.values():
            yield from documents.values()

    @property
    def paths(self) -> list[str]:
        """Return the paths of the files that make the course."""
        return [document.path for document in self.all()] + [
            f"{MEDIA_FOLDER}{name}" for name in self.drawings
        ]


def arranged(files: Mapping[str, bytes]) -> Folder:
    """Sort and read the files. A file that does not belong in the folder is a problem."""
    folder = Folder()
    if len(files) > MOST_FILES or sum(map(len, files.values())) > LARGEST_COURSE:
        folder.problems.append(
            Problem(
                ".",
                1,
                "The folder is too large to be a course.",
                f"At most {MOST_FILES} files with {LARGEST_COURSE // 1_000_000} MB are read.",
            )
        )
        return folder
    for path in sorted(files):
        _sort(folder, path, files[path])
    for name, kind in _SINGLE.items():
        if not folder.documents[kind] and name not in files:
            folder.problems.append(
                Problem(name, 1, "This file is missing.", "Every course has one; add it.")
            )
    return folder


def _sort(folder: Folder, path: str, data: bytes) -> None:
    folder_path, _, name = path.rpartition("/")
    single = {**_SINGLE, **_MAY_BE_THERE}
    if path in single:
        _read(folder, path, single[path], single[path], data)
        return
    if folder_path not in _FOLDERS:
        folder.problems.append(
            Problem(path, 1, "This file does not belong in a course.", _meant(path, single))
        )
        return
    kind, ending = _FOLDERS[folder_path]
    key = name.removesuffix(ending)
    if not name.endswith(ending):
        folder.problems.append(
            Problem(
                path,
                1,
                "This file does not belong here.",
                f"In {folder_path}/ the names end in {ending}, in small letters.",
            )
        )
    elif not is_key(key):
        folder.problems.append(Problem(path, 1, f"`{key[:80]}` is not a key.", KEY_HINT))
    elif kind is FileKind.drawing:
        folder.drawings[name] = data
    else:
        _read(folder, path, kind, key, data)


def _meant(path: str, single: Iterable[str]) -> str:
    """Return what the author may have meant. For a file in an unknown folder, the folder's name is
    wrong."""
    first, slash, _ = path.partition("/")
    choices = [*single, *(f"{name}/" for name in _FOLDERS)]
    if slash and first in _FOLDERS:
        return f"A folder inside {first}/ is not read; put the file into {first}/ itself."
    return did_you_mean(first.lower() + slash, choices)


def _read(folder: Folder, path: str, kind: FileKind, key: str, data: bytes) -> None:
    text, problem = decoded(path, data)
    if problem is not None:
        folder.problems.append(problem)
        folder.documents[kind][key] = SourceDocument(path, kind, key, None)
        return
    folder.problems += [
        Problem(path, text[:position].count("\n") + 1, message, HINT)
        for position, message in harmful_characters(text)
    ]
    text = without_harmful_characters(text)
    if kind is FileKind.lesson:
        document, problems = _lesson(path, key, text)
    else:
        lined, problems = load(path, text)
        document = SourceDocument(path, kind, key, lined)
    folder.documents[kind][key] = document
    folder.problems += problems


def decoded(path: str, data: bytes) -> tuple[str, Problem | None]:
    if len(data) > LARGEST_FILE:
        return "", Problem(
            path,
            1,
            f"The file has {len(data) // 1000} kB; at most {LARGEST_FILE // 1000} kB are read.",
            "Divide it.",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        return "", Problem(
            path,
            data[: bad.start].count(b"\n") + 1,
            "The file is not UTF-8 text.",
            "Save it with the encoding UTF-8.",
        )
    # Letters with accents as one character. Both forms look the same, but only one form is found by
    # a search or an erratum.
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")), None


def _lesson(path: str, key: str, text: str) -> tuple[SourceDocument, list[Problem]]:
    lines = text.split("\n")
    end = next((at for at, line in enumerate(lines) if at > 0 and line.rstrip() == "---"), None)
    if lines[0].rstrip() != "---" or end is None:
        problem = Problem(
            path,
            1,
            "The lesson has no front matter.",
            "Begin with a line `---`, then title, minutes, objectives and sources, then `---`.",
        )
        return SourceDocument(path, FileKind.lesson, key, None), [problem]
    lined, problems = load(path, "\n".join(lines[1:end]), first_line=2)
    body = "\n".join(lines[end + 1 :])
    return SourceDocument(path, FileKind.lesson, key, lined, body, end + 2), problems
