"""Where staff read a revision of a course."""

from app.courses.domain.delivery import Course, Module, PracticalKind

COURSES = "/teach/courses"
HIGHEST_NUMBER = 2**31 - 1


def staff_base(course_key: str, number: int) -> str:
    """Return the address under which staff read one revision; its lessons, quizzes, checklists, search and
    glossary stand below it."""
    return f"{COURSES}/{course_key}/revisions/{number}"


def may_exist(number: int) -> bool:
    """Return whether a revision can have this number; others are not looked for in the database."""
    return 1 <= number <= HIGHEST_NUMBER


def module_of_quiz(course: Course, quiz_key: str) -> Module | None:
    """Return the module that a quiz ends, or None for the final test."""
    return next((module for module in course.modules if module.quiz == quiz_key), None)


def days_with_checklist(course: Course, checklist_key: str) -> tuple[PracticalKind, ...]:
    """Return the kinds of practical day that are assessed with a checklist."""
    return tuple(kind for kind in course.practicals if kind.checklist == checklist_key)
