"""Every question of an attempt stands on one page, and the pages follow each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.domain.paging import page_around
from tests.make.courses import changed_course, small_course
from tests.make.quizzes import a_question, a_quiz

QUIZ = "quizzes/skin-quiz.yaml"


@given(length=st.integers(1, 60), per_page=st.integers(1, 70))
def test_each_question_stands_on_one_page(length: int, per_page: int) -> None:
    pages = [page_around(position, length, per_page) for position in range(1, length + 1)]
    for position, page in enumerate(pages, start=1):
        assert position in page.positions
        assert {pages[each - 1] for each in page.positions} == {page}
    in_order = list(dict.fromkeys(pages))
    assert [each for page in in_order for each in page.positions] == list(range(1, length + 1))
    assert all(len(page.positions) == per_page for page in in_order[:-1])
    assert [page.is_last for page in in_order] == [False] * (len(in_order) - 1) + [True]


def test_a_page_of_one_question_has_no_neighbours() -> None:
    assert not page_around(3, 5, 1).has_several
    assert page_around(3, 5, 2).has_several
    assert not page_around(5, 5, 2).has_several


@pytest.mark.parametrize(
    ("written", "per_page", "on_a_page"),
    [("1", None, 1), ("2", 2, 2), ("50", 50, 50), ("all", "all", 4)],
)
def test_what_a_file_says_of_its_pages(written: str, per_page: object, on_a_page: int) -> None:
    course = changed_course({QUIZ: ("attempts:", f"per_page: {written}\nattempts:")}).course
    assert course is not None
    quiz = course.quiz("skin-quiz")
    assert quiz is not None
    assert (quiz.per_page, quiz.questions_on_a_page) == (per_page, on_a_page)


def test_a_quiz_that_says_one_is_published_as_before() -> None:
    """Stored documents of courses that say nothing, or 1, are those of earlier versions."""
    said = changed_course({QUIZ: ("attempts:", "per_page: 1\nattempts:")}).course
    before = small_course().course
    assert said is not None
    assert before is not None
    assert said.model_dump_json() == before.model_dump_json()
    assert "per_page" not in before.model_dump_json()


def test_all_are_the_questions_that_are_drawn() -> None:
    questions = [a_question(key) for key in ("layers", "vessels", "nerves")]
    drawn = a_quiz(*questions, draw=2).model_copy(update={"per_page": "all"})
    assert drawn.questions_on_a_page == 2
