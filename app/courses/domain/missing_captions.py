"""Finds tables without a caption, and rows without a name, in all texts of a course."""

from collections.abc import Iterator

from app.authoring.markdown import Renderer
from app.authoring.problems import Problem
from app.authoring.tables import unnamed_in
from app.courses.domain.compiling import CheckedFiles
from app.courses.domain.folder import FileKind, Folder


def missing_captions(
    folder: Folder, checked: CheckedFiles, renderer: Renderer
) -> tuple[Problem, ...]:
    """Return the problems of unnamed tables and rows by path and line. `renderer` has rendered the fields of
    the course, `checked` the texts of its lessons."""
    return tuple(sorted({*_in_lessons(folder, checked), *_in_fields(folder, renderer)}))


def _in_lessons(folder: Folder, checked: CheckedFiles) -> Iterator[Problem]:
    for key, document in folder.documents[FileKind.lesson].items():
        for problem in checked.bodies[key].unnamed:
            yield problem.moved(document.path, by=document.body_line - 1)


def _in_fields(folder: Folder, renderer: Renderer) -> Iterator[Problem]:
    unnamed = renderer.unnamed
    for documents in folder.documents.values():
        for document in documents.values():
            if document.lined is not None:
                yield from unnamed_in(document.lined, document.path, unnamed)
