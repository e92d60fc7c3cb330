"""Which section teaches a question, in courses that say so and in those published before."""

import pytest

from app.courses.domain.delivery import Course
from app.courses.domain.taught_sections import taught_section
from app.questions.delivery import Question
from tests.make.courses import small_course


def course() -> Course:
    document = small_course().course
    assert document is not None
    return document


def question(section: str | None) -> Question:
    first = course().quizzes[0].questions[0]
    return first.model_copy(update={"section": section})


def test_the_section_is_named_with_its_lesson_and_module() -> None:
    section = taught_section(course(), question("skin-layers#section-what-it-holds"))
    assert section is not None
    assert (section.module.key, section.lesson.key) == ("skin", "skin-layers")
    assert (section.anchor, section.title) == ("section-what-it-holds", "What it holds")
    assert section.address == "skin-layers#section-what-it-holds"


@pytest.mark.parametrize(
    "section", [None, "", "skin-layers", "nowhere#section-a", "skin-layers#section-nowhere"]
)
def test_without_a_section_that_exists_there_is_none(section: str | None) -> None:
    assert taught_section(course(), question(section)) is None
