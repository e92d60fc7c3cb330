"""Checks across files: files that are named but missing, unused, used twice, or in a circle.

They read the raw YAML instead of the checked models, so that one wrong field in a file does not
make everything that the file names look unused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.authoring.messages import did_you_mean
from app.authoring.problems import Problem
from app.authoring.syntax import INSERTION
from app.authoring.yaml_source import LinedYaml, Trail
from app.courses.domain.folder import FileKind, Folder, SourceDocument

Pattern = tuple[str, ...]
"""A trail in which `*` stands for any position in a list."""

_LINKS: Final[tuple[tuple[FileKind, Pattern, FileKind, bool], ...]] = (
    # The last word says whether the named file belongs to the naming one, and to it alone.
    (FileKind.course, ("modules", "*"), FileKind.module, True),
    (FileKind.course, ("final_test",), FileKind.quiz, True),
    (FileKind.course, ("practicals", "*"), FileKind.practical, True),
    (FileKind.module, ("lessons", "*"), FileKind.lesson, True),
    (FileKind.module, ("quiz",), FileKind.quiz, True),
    (FileKind.module, ("requires", "*"), FileKind.module, False),
    (FileKind.practical, ("requires", "*"), FileKind.module, False),
    (FileKind.practical, ("checklist",), FileKind.checklist, False),
    (FileKind.lesson, ("sources", "*"), FileKind.references, False),
)
_UNIQUE: Final[tuple[tuple[FileKind, Pattern, int], ...]] = (
    # Values that match the pattern differ among those whose first parts (the number) are equal.
    (FileKind.module, ("requires", "*"), 0),
    (FileKind.practical, ("requires", "*"), 0),
    (FileKind.practical, ("replaces", "*"), 0),
    (FileKind.lesson, ("sources", "*"), 0),
    (FileKind.course, ("agreed_words", "*", "key"), 0),
    (FileKind.course, ("clinical_values", "*", "key"), 0),
    (FileKind.quiz, ("questions", "*", "key"), 0),
    (FileKind.quiz, ("questions", "*", "options", "*", "key"), 2),
    (FileKind.checklist, ("sections", "*", "key"), 0),
    (FileKind.checklist, ("sections", "*", "steps", "*", "key"), 0),
)
_NAMED_BY: Final[Mapping[FileKind, tuple[FileKind, ...]]] = {
    FileKind.module: (FileKind.course,),
    FileKind.lesson: (FileKind.module,),
    FileKind.quiz: (FileKind.course, FileKind.module),
    FileKind.practical: (FileKind.course,),
    FileKind.checklist: (FileKind.practical,),
    FileKind.drawing: (FileKind.lesson, FileKind.quiz, FileKind.module),
}
_DRAWINGS_NAMED: Final[tuple[tuple[FileKind, Pattern], ...]] = (
    (FileKind.quiz, ("questions", "*", "figure", "file")),
    (FileKind.module, ("picture",)),
)


@dataclass(frozen=True)
class _Link:
    path: str
    line: int
    kind: FileKind
    key: str
    sole: bool


def crossing_problems(folder: Folder, drawings_in_lessons: frozenset[str]) -> list[Problem]:
    """Return every problem across files. `drawings_in_lessons` are the names of the drawings in
    figures."""
    links = [link for document in folder.all() for link in _links(document)]
    return [
        *_missing(folder, links),
        *_used_twice(links),
        *_unused(folder, links, drawings_in_lessons),
        *_replaced(folder),
        *_repeated(folder),
        *_wrong_kind_of_quiz(folder),
        *_circles(folder),
        *_drawn_too_many(folder),
        *_insertions(folder),
        *_final_before_modules(folder),
    ]


def _matching(lined: LinedYaml, pattern: Pattern) -> Iterator[tuple[Trail, str]]:
    for trail, scalar in lined.scalars.items():
        if (
            len(trail) == len(pattern)
            and isinstance(scalar.value, str)
            and all(
                isinstance(part, int) if wanted == "*" else part == wanted
                for part, wanted in zip(trail, pattern, strict=True)
            )
        ):
            yield trail, scalar.value


def _links(document: SourceDocument) -> Iterator[_Link]:
    lined = document.lined
    if lined is None:
        return
    for kind, pattern, target, sole in _LINKS:
        if kind is document.kind:
            for trail, key in _matching(lined, pattern):
                yield _Link(document.path, lined.line(trail), target, key, sole)


def _known(folder: Folder, kind: FileKind) -> list[str] | None:
    """Return the existing keys, or None if the file that lists them could not be read."""
    if kind is not FileKind.references:
        return list(folder.documents[kind])
    document = folder.documents[kind].get(FileKind.references)
    if document is None or document.lined is None or not isinstance(document.lined.value, dict):
        return None
    return [str(key) for key in document.lined.value]


def _missing(folder: Folder, links: list[_Link]) -> Iterator[Problem]:
    for link in links:
        existing = _known(folder, link.kind)
        if existing is not None and link.key not in existing:
            word = "reference" if link.kind is FileKind.references else link.kind
            yield Problem(
                link.path,
                link.line,
                f"There is no {word} `{link.key[:60]}`.",
                did_you_mean(link.key, existing),
            )


def _used_twice(links: list[_Link]) -> Iterator[Problem]:
    first: dict[tuple[FileKind, str], _Link] = {}
    for link in links:
        if not link.sole:
            continue
        before = first.setdefault((link.kind, link.key), link)
        if before is not link:
            yield Problem(
                link.path,
                link.line,
                f"The {link.kind} `{link.key[:60]}` is used a second time.",
                f"It is used in {before.path}, line {before.line}; give each place its own.",
            )


def _unused(
    folder: Folder, links: list[_Link], drawings_in_lessons: frozenset[str]
) -> Iterator[Problem]:
    used = {(link.kind, link.key) for link in links if _makes_used(link)}
    used |= {(FileKind.drawing, name) for name in drawings_in_lessons}
    for kind, pattern in _DRAWINGS_NAMED:
        for document in folder.documents[kind].values():
            if document.lined is not None:
                named = _matching(document.lined, pattern)
                used |= {(FileKind.drawing, name) for _, name in named}
    for kind, named_by in _NAMED_BY.items():
        namers = [document for above in named_by for document in folder.documents[above].values()]
        if not namers or not all(_is_readable(document) for document in namers):
            continue
        paths = (
            {name: f"media/{name}" for name in folder.drawings}
            if kind is FileKind.drawing
            else {key: document.path for key, document in folder.documents[kind].items()}
        )
        for key, path in paths.items():
            if (kind, key) not in used:
                yield Problem(
                    path,
                    1,
                    f"This {kind} is not used.",
                    f"Name it in a {' or a '.join(named_by)}, or remove the file.",
                )


def _is_readable(document: SourceDocument) -> bool:
    """Return whether it is known what the file names; if not, nothing is reported as unused."""
    return document.lined is not None and isinstance(document.lined.value, dict)


def _makes_used(link: _Link) -> bool:
    """A module that is only required by another is not in the course."""
    return link.sole or link.kind is FileKind.checklist


def _replaced(folder: Folder) -> Iterator[Problem]:
    """A replaced kind of practical is not in the course any more, and exactly one kind replaces it."""
    kinds = folder.documents[FileKind.practical]
    first: dict[str, str] = {}
    for document in kinds.values():
        if document.lined is None:
            continue
        for trail, key in _matching(document.lined, ("replaces", "*")):
            line = document.lined.line(trail)
            if key in kinds:
                yield Problem(
                    document.path,
                    line,
                    f"The practical `{key}` is replaced, but it is still here.",
                    "Leave the file of the old practical out, or do not replace it.",
                )
            elif first.setdefault(key, document.path) != document.path:
                yield Problem(
                    document.path,
                    line,
                    f"The practical `{key}` is replaced by {first[key]} already.",
                    "Name it in one file only.",
                )


def _repeated(folder: Folder) -> Iterator[Problem]:
    for kind, pattern, shared in _UNIQUE:
        for document in folder.documents[kind].values():
            if document.lined is None:
                continue
            first: dict[tuple[Trail, str], int] = {}
            for trail, key in _matching(document.lined, pattern):
                line = document.lined.line(trail)
                if (trail[:shared], key) not in first:
                    first[trail[:shared], key] = line
                    continue
                yield Problem(
                    document.path,
                    line,
                    f"`{key[:60]}` stands here a second time.",
                    f"It stands in line {first[trail[:shared], key]} already; give each its own.",
                )


def _wrong_kind_of_quiz(folder: Folder) -> Iterator[Problem]:
    wanted = ((FileKind.course, ("final_test",), "final"), (FileKind.module, ("quiz",), "module"))
    for kind, pattern, right in wanted:
        for document in folder.documents[kind].values():
            if document.lined is None:
                continue
            for trail, key in _matching(document.lined, pattern):
                quiz = folder.documents[FileKind.quiz].get(key)
                actual = quiz.lined.scalars.get(("kind",)) if quiz and quiz.lined else None
                if actual is not None and actual.value in {"module", "final"} - {right}:
                    yield Problem(
                        document.path,
                        document.lined.line(trail),
                        f"The quiz `{key}` is of kind `{actual.value}`.",
                        f"Name a quiz with `kind: {right}` here, or change its kind.",
                    )


def _circles(folder: Folder) -> Iterator[Problem]:
    """Yield a problem for each module that is in a circle of requirements because of its own
    `requires`."""
    needed = _requirements(folder)
    for key, document in folder.documents[FileKind.module].items():
        if document.lined is None or ("requires",) not in document.lined.lines:
            continue
        if key in _reached(needed, key):
            yield Problem(
                document.path,
                document.lined.line(("requires",)),
                f"The module `{key}` would have to be completed before itself.",
                "Require only modules that come earlier.",
            )


def _requirements(folder: Folder) -> dict[str, list[str]]:
    course = folder.documents[FileKind.course].get(FileKind.course)
    order = (
        [key for _, key in _matching(course.lined, ("modules", "*"))]
        if course and course.lined
        else []
    )
    needed = {}
    for key, document in folder.documents[FileKind.module].items():
        if document.lined is None:
            continue
        if ("requires",) in document.lined.lines:
            needed[key] = [name for _, name in _matching(document.lined, ("requires", "*"))]
        elif key in order:
            needed[key] = order[max(order.index(key) - 1, 0) : order.index(key)]
    return needed


def _reached(needed: Mapping[str, list[str]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(needed.get(start, []))
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting += needed.get(key, [])
    return reached


def _drawn_too_many(folder: Folder) -> Iterator[Problem]:
    for document in folder.documents[FileKind.quiz].values():
        lined = document.lined
        if lined is None or not isinstance(lined.value, dict):
            continue
        draw, questions = lined.value.get("draw"), lined.value.get("questions")
        if isinstance(draw, int) and isinstance(questions, list) and draw > len(questions):
            yield Problem(
                document.path,
                lined.line(("draw",)),
                f"{draw} questions are to be drawn, and there are {len(questions)}.",
                f"Write {len(questions)} or less, or add questions.",
            )


def _insertions(folder: Folder) -> Iterator[Problem]:
    """Agreed words and clinical values share their keys, and each is inserted somewhere."""
    course = folder.documents[FileKind.course].get(FileKind.course)
    if course is None or course.lined is None:
        return
    used = _inserted_keys(folder)
    first: dict[str, int] = {}
    for name in ("agreed_words", "clinical_values"):
        for trail, key in _matching(course.lined, (name, "*", "key")):
            line = course.lined.line(trail)
            if first.setdefault(key, line) != line and name == "clinical_values":
                yield Problem(
                    course.path,
                    line,
                    f"`{key[:60]}` is a key of agreed words as well.",
                    f"It stands in line {first[key]}; give each its own.",
                )
            if used is not None and key not in used:
                yield Problem(
                    course.path,
                    line,
                    f"`{key[:60]}` is not inserted anywhere.",
                    f"Write `[={key[:60]}]` where a text needs it, or remove the entry.",
                )


def _inserted_keys(folder: Folder) -> set[str] | None:
    """Keys that marks in any text name, or None where a file could not be read."""
    used: set[str] = set()
    for document in folder.all():
        if document.lined is None:
            return None
        texts = [document.body, *(str(scalar.value) for scalar in document.lined.scalars.values())]
        for text in texts:
            used |= {key.strip() for key in INSERTION.findall(text)}
    return used


def _final_before_modules(folder: Folder) -> Iterator[Problem]:
    """A practical that asks for the final test names every module: the test opens after all of them, and
    a student must be told which are missing."""
    course = folder.documents[FileKind.course].get(FileKind.course)
    if course is None or course.lined is None:
        return
    modules = [key for _, key in _matching(course.lined, ("modules", "*"))]
    for document in folder.documents[FileKind.practical].values():
        lined = document.lined
        asks = lined.scalars.get(("final_test",)) if lined else None
        if lined is None or asks is None or asks.value is not True:
            continue
        named = {key for _, key in _matching(lined, ("requires", "*"))}
        missing = [key for key in modules if key not in named]
        if missing:
            yield Problem(
                document.path,
                lined.line(("final_test",)),
                "The final test is required, and it opens after every module; not all are required.",
                f"Add to `requires`: {', '.join(missing)}.",
            )
