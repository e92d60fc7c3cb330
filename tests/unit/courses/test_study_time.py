"""How long a course takes, by one rule."""

import pytest

from app.courses.domain.study_time import (
    FIGURE,
    course_hours,
    module_minutes,
    quiz_minutes,
    reading_minutes,
)
from tests.make.courses import small_course, small_files
from tests.make.learning import a_lesson


def words(count: int) -> str:
    return " ".join(["word"] * count)


@pytest.mark.parametrize(
    ("count", "figures", "minutes"),
    [(0, 0, 1), (1, 0, 1), (200, 0, 1), (201, 0, 2), (400, 0, 2), (401, 0, 3), (200, 2, 3)],
)
def test_a_lesson_takes_its_words_and_its_figures(count, figures, minutes):
    assert reading_minutes(words(count), FIGURE * figures) == minutes


def test_a_quiz_takes_two_minutes_for_each_question_of_an_attempt():
    quiz = small_course().course.quiz("final-test")
    assert (len(quiz.questions), quiz.draw) == (3, 2)
    assert quiz_minutes(quiz) == 4
    assert quiz_minutes(quiz.model_copy(update={"draw": None})) == 6


def test_a_module_takes_its_lessons_and_its_quiz():
    quiz = small_course().course.quiz("final-test")
    lessons = (a_lesson("a", text=words(201)), a_lesson("b", html=FIGURE, minutes=500))
    assert module_minutes(lessons, quiz) == 2 + 2 + 4
    assert module_minutes((), quiz) == 4


@pytest.mark.parametrize(
    ("practical", "hours"), [(1, 1), (69, 1), (70, 2), (129, 2), (130, 3), (420, 7)]
)
def test_a_course_takes_its_modules_its_final_test_and_a_day_of_each_kind(practical, hours):
    """The modules and the final test of the small course take 20 minutes; half an hour counts as one."""
    course = small_course().course
    days = [course.practicals[0].model_copy(update={"minutes": practical})]
    assert sum(module.minutes for module in course.modules) + 4 == 20
    assert course_hours(course.modules, course.quizzes, course.final_test, days) == hours


def test_what_the_files_do_not_state_is_counted():
    course = small_course().course
    assert not any(b"\nhours:" in text for text in small_files().values())
    assert course.hours == 7
    for module in course.modules:
        assert module.minutes == module_minutes(module.lessons, course.quiz(module.quiz))
        for lesson in module.lessons:
            assert lesson.minutes == reading_minutes(lesson.text, lesson.html)
