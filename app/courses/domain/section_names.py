"""The sections that questions name: each is a heading of a lesson that comes before its quiz."""

from collections.abc import Iterator
from typing import Final

from app.authoring.messages import did_you_mean
from app.authoring.problems import Problem
from app.courses.domain.compiling import CheckedFiles
from app.courses.domain.folder import FileKind, Folder
from app.courses.domain.taught_sections import split_name

EXAMPLE: Final = (
    "Write the key of a lesson, # and the anchor of a heading in it: `skin-layers#section-depth`."
)


def section_problems(folder: Folder, checked: CheckedFiles) -> Iterator[Problem]:
    """Yield a problem for each `section` of a question that no lesson before its quiz has.

    The raw YAML is read, so that another mistake in a quiz does not hide these.
    """
    too_early = _later_lessons(checked)
    for quiz_key, document in folder.documents[FileKind.quiz].items():
        if document.lined is None:
            continue
        for trail, scalar in document.lined.scalars.items():
            if trail[:1] != ("questions",) or trail[2:] != ("section",):
                continue
            if not isinstance(scalar.value, str):
                continue
            fault = _fault(scalar.value.strip(), checked, too_early.get(quiz_key, frozenset()))
            if fault is not None:
                yield Problem(document.path, document.lined.line(trail), *fault)


def _fault(name: str, checked: CheckedFiles, later: frozenset[str]) -> tuple[str, str] | None:
    """Return what is wrong with the name of a section, and what to write instead."""
    lesson_key, anchor = split_name(name)
    if not lesson_key or not anchor:
        return f"`{name[:80]}` does not name a section.", EXAMPLE
    body = checked.bodies.get(lesson_key)
    if body is None:
        return f"There is no lesson `{lesson_key[:60]}`.", did_you_mean(lesson_key, checked.bodies)
    anchors = [heading.anchor for heading in body.headings]
    if anchor not in anchors:
        message = f"The lesson `{lesson_key}` has no section `{anchor[:80]}`."
        return message, did_you_mean(anchor, anchors)
    if lesson_key in later:
        return (
            f"The lesson `{lesson_key}` comes after this quiz.",
            "Name a section of the quiz's own module or of an earlier one.",
        )
    return None


def _later_lessons(checked: CheckedFiles) -> dict[str, frozenset[str]]:
    """Return, for the quiz of each module, the lessons of the modules that come after it."""
    order = checked.course.modules if checked.course is not None else []
    modules = [module for key in order if (module := checked.modules.get(key)) is not None]
    return {
        module.quiz: frozenset(lesson for later in modules[number:] for lesson in later.lessons)
        for number, module in enumerate(modules, start=1)
    }
