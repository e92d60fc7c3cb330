"""Compares the times that authors state with the rule of `study_time`."""

from collections.abc import Iterator

from app.authoring.problems import Problem
from app.courses.domain.compiling import CheckedFiles
from app.courses.domain.delivery import Course
from app.courses.domain.folder import FileKind, Folder, SourceDocument
from app.courses.domain.study_time import course_hours, module_minutes, reading_minutes


def misstated_times(folder: Folder, checked: CheckedFiles, course: Course) -> tuple[Problem, ...]:
    """Return a problem for each stated time that differs from the rule, by path and line. Nobody has to state
    one."""
    return tuple(sorted(_misstated(folder, checked, course)))


def _misstated(folder: Folder, checked: CheckedFiles, course: Course) -> Iterator[Problem]:
    files = folder.documents
    quizzes = {quiz.key: quiz for quiz in course.quizzes}
    hours = course_hours(course.modules, course.quizzes, course.final_test, course.practicals)
    document = files[FileKind.course][FileKind.course]
    assert checked.course is not None  # noqa: S101 - the course was made of its fields
    yield from _problem(document, "hours", checked.course.hours, hours)
    for module in course.modules:
        minutes = module_minutes(module.lessons, quizzes[module.quiz])
        document = files[FileKind.module][module.key]
        yield from _problem(document, "minutes", checked.modules[module.key].minutes, minutes)
        for lesson in module.lessons:
            minutes = reading_minutes(lesson.text, lesson.html)
            document = files[FileKind.lesson][lesson.key]
            yield from _problem(document, "minutes", checked.lessons[lesson.key].minutes, minutes)


def _problem(
    document: SourceDocument, name: str, stated: int | None, counted: int
) -> Iterator[Problem]:
    if stated is None or stated == counted:
        return
    assert document.lined is not None  # noqa: S101 - its fields were read
    yield Problem(
        document.path,
        document.lined.line((name,)),
        f"`{name}` says {stated}, but what is written takes {counted}.",
        f"Leave `{name}` out: it is counted from the words, figures, questions and practical days.",
    )
