"""Parses the files of a folder into a course, or into all their problems."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.authoring.fields import KEY_HINT, is_key
from app.authoring.inline import Surroundings
from app.authoring.insertions import read_insertions
from app.authoring.lesson_words import USUAL_ADVICE, not_set_sentence
from app.authoring.markdown import Renderer
from app.authoring.messages import validated
from app.authoring.problems import Problem
from app.authoring.svg import Drawing, check_drawing
from app.courses.domain import source
from app.courses.domain.compiling import CheckedFiles, compiled
from app.courses.domain.cross_references import crossing_problems
from app.courses.domain.delivery import Course
from app.courses.domain.errata import Erratum
from app.courses.domain.errata_file import errata_of, erratum_problems
from app.courses.domain.fixed_sets import fixed_sets
from app.courses.domain.folder import FileKind, Folder, SourceDocument, arranged
from app.courses.domain.keys import CourseKeys
from app.courses.domain.missing_captions import missing_captions
from app.courses.domain.pictures import missing_pictures, picture_problems
from app.courses.domain.section_names import section_problems
from app.courses.domain.source_archive import CourseSource, source_of
from app.courses.domain.stated_times import misstated_times

_MODELS: Final[Mapping[FileKind, Any]] = {
    FileKind.module: source.ModuleFile,
    FileKind.lesson: source.LessonFields,
    FileKind.quiz: source.QuizFile,
    FileKind.practical: source.PracticalFile,
    FileKind.checklist: source.ChecklistFile,
}


@dataclass(frozen=True)
class ParsedCourse:
    """The outcome of reading a course: both documents, its drawings and its source, or problems; never both.

    `notices` say what somebody still has to do, and `warnings` what works, but is seldom meant; neither keeps
    a course from being published.
    `refused_if_new` are what later rules refuse: stated times that differ from what is counted, modules
    without a picture, and tables without a caption. Only a course that was published with them before may
    be published with them again.
    """

    course: Course | None
    keys: CourseKeys | None
    media: Mapping[str, bytes]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...] = ()
    errata: tuple[Erratum, ...] = ()
    source: CourseSource | None = None
    refused_if_new: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def parse_course(key: str, files: Mapping[str, bytes]) -> ParsedCourse:
    """Read the course `key` from its files, given by their paths in its folder.

    Every problem of every file is reported at once, in the order of path and line. Nothing is built
    while there is one.
    """
    folder = arranged(files)
    problems = list(folder.problems)
    if not is_key(key):
        message = f"The name of the course's folder, `{key[:80]}`, is not a key."
        problems.append(Problem("course.yaml", 1, message, KEY_HINT))
    drawings, new_problems = _drawings(folder)
    problems += new_problems
    renderer = Renderer(_surroundings(key, folder, drawings))
    checked, shown, new_problems = _checked(folder, renderer)
    problems += new_problems
    problems += crossing_problems(folder, shown)
    problems += picture_problems(folder, drawings)
    problems += erratum_problems(
        folder.documents[FileKind.errata].get(FileKind.errata), checked, renderer
    )
    problems += section_problems(folder, checked)
    if problems or checked.course is None:
        return ParsedCourse(None, None, {}, tuple(sorted(set(problems))))
    course, keys = compiled(key, checked.course, checked, renderer)
    media = dict(sorted(folder.drawings.items()))
    return ParsedCourse(
        course,
        keys,
        media,
        (),
        tuple(sorted((*_notices(folder, checked.course), *_unused_sources(folder, checked)))),
        errata_of(checked.errata),
        source_of(files, folder.paths),
        (
            *misstated_times(folder, checked, course),
            *missing_pictures(folder, course),
            *missing_captions(folder, checked, renderer),
        ),
        tuple(sorted(fixed_sets(folder, course))),
    )


def _notices(folder: Folder, course: source.CourseFile) -> tuple[Problem, ...]:
    """Yield a notice for each clinical value that is not set yet."""
    document = folder.documents[FileKind.course][FileKind.course]
    assert document.lined is not None  # noqa: S101 - its fields were read
    said = not_set_sentence(course.unset_value_advice or str(USUAL_ADVICE))
    return tuple(
        Problem(
            document.path,
            document.lined.line(("clinical_values", number)),
            f"Clinical value `{value.key}` is not set: {value.decides} ({value.unit}).",
            f"Lessons say: “{said}” The clinical lead sets it with source, name and date.",
        )
        for number, value in enumerate(course.clinical_values)
        if value.value is None
    )


def _unused_sources(folder: Folder, checked: CheckedFiles) -> Iterator[Problem]:
    """Yield a notice for each reference that no lesson names: nobody reads it there, and it looks like
    evidence."""
    document = folder.documents[FileKind.references][FileKind.references]
    assert document.lined is not None  # noqa: S101 - its fields were read
    used = {key for lesson in checked.lessons.values() for key in lesson.sources}
    for key in checked.references:
        if key not in used:
            yield Problem(
                document.path,
                document.lined.line((key,)),
                f"No lesson has the reference `{key}` among its sources.",
                "Name it where it supports something, or take it out.",
            )


def _drawings(folder: Folder) -> tuple[dict[str, Drawing | None], list[Problem]]:
    drawings: dict[str, Drawing | None] = {}
    problems: list[Problem] = []
    for name, data in folder.drawings.items():
        drawings[name], new_problems = check_drawing(f"media/{name}", name, data)
        problems += new_problems
    return drawings, problems


def _surroundings(key: str, folder: Folder, drawings: Mapping[str, Drawing | None]) -> Surroundings:
    entries = _entries(folder, FileKind.glossary)
    terms = None
    if entries is not None:
        terms = {
            name: fields["term"]
            if isinstance(fields, dict) and isinstance(fields.get("term"), str)
            else name
            for name, fields in entries.items()
        }
    course = _entries(folder, FileKind.course)
    insertions = None if course is None else read_insertions(course)
    # Only a plain `false` takes the rules away: a mistake in the course's file keeps them.
    dose_rules = course is None or course.get("dose_rules") is not False
    references = _entries(folder, FileKind.references)
    return Surroundings(key, terms, references, drawings, insertions, dose_rules)


def _entries(folder: Folder, kind: FileKind) -> dict[str, Any] | None:
    document = folder.documents[kind].get(kind)
    if document is None or document.lined is None:
        return None
    value = document.lined.value
    return value if isinstance(value, dict) else None


def _checked(
    folder: Folder, renderer: Renderer
) -> tuple[CheckedFiles, frozenset[str], list[Problem]]:
    checked = CheckedFiles()
    shown: set[str] = set()
    problems: list[Problem] = []

    def check(declared: Any, document: SourceDocument | None) -> Any:
        if document is None or document.lined is None:
            return None
        value, new_problems = validated(declared, document.lined, document.path, renderer)
        problems.extend(new_problems)
        return value

    checked.course = check(
        source.CourseFile, folder.documents[FileKind.course].get(FileKind.course)
    )
    for kind, model in _MODELS.items():
        into = getattr(checked, {FileKind.quiz: "quizzes"}.get(kind, f"{kind}s"))
        for key, document in folder.documents[kind].items():
            into[key] = check(model, document)
    checked.glossary = check(
        source.GlossaryFile, folder.documents[FileKind.glossary].get(FileKind.glossary)
    )
    checked.references = check(
        source.ReferencesFile, folder.documents[FileKind.references].get(FileKind.references)
    )
    checked.errata = (
        check(source.ErrataFile, folder.documents[FileKind.errata].get(FileKind.errata)) or {}
    )
    for key, document in folder.documents[FileKind.lesson].items():
        sources = _sources(document, renderer.surroundings)
        body = Renderer(renderer.surroundings, sources).lesson(document.body)
        checked.bodies[key] = body
        shown |= body.drawings
        if document.lined is not None or document.body:
            by = document.body_line - 1
            problems += [problem.moved(document.path, by=by) for problem in body.problems]
    return checked, frozenset(shown), problems


def _sources(document: SourceDocument, surroundings: Surroundings) -> list[str]:
    """Return the lesson's sources. If they cannot be read, any reference is accepted."""
    value = document.lined.value if document.lined is not None else None
    source_keys = value.get("sources") if isinstance(value, dict) else None
    if isinstance(source_keys, list):
        return [key for key in source_keys if isinstance(key, str)]
    return list(surroundings.references or ())
