"""Warns of quizzes that ask the same questions in each of several attempts."""

from collections.abc import Iterator

from app.authoring.problems import Problem
from app.courses.domain.delivery import Course, Quiz
from app.courses.domain.folder import FileKind, Folder


def fixed_sets(folder: Folder, course: Course) -> Iterator[Problem]:
    """Yield a warning for each quiz with several attempts and one set of questions: whoever remembers the
    first attempt has seen all of the next one."""
    documents = folder.documents[FileKind.quiz]
    for quiz in course.quizzes:
        document = documents[quiz.key]
        if quiz.attempts == 1 or not is_fixed(quiz) or document.lined is None:
            continue
        name = "draw" if quiz.draw else "attempts"
        yield Problem(
            document.path,
            document.lined.line((name,)),
            "Each attempt at this quiz has the same questions.",
            "Add questions and write `draw`: fewer than there are. Or allow one attempt.",
        )


def is_fixed(quiz: Quiz) -> bool:
    """Return whether every attempt has the same questions: all of them are drawn, or only those that must be
    right."""
    return quiz.length in (len(quiz.questions), len(quiz.must_pass))
