"""Documents that earlier versions stored are read, written and named as they were."""

import pytest

from app.courses.domain.delivery import Checklist, Section, Step
from app.courses.domain.digest import digest_of_documents
from app.courses.domain.keys import CourseKeys
from tests.make.courses import changed_course, digest_of, small_course
from tests.make.stored import STORED, stored_course

NAMES = sorted(path.parent.name for path in STORED.glob("*/delivery.json.gz"))


@pytest.mark.parametrize("name", NAMES)
def test_a_stored_document_is_read_and_written_as_it_was(name: str) -> None:
    stored = stored_course(name)
    assert stored.course.model_dump_json() == stored.delivery
    if stored.format_number > 1:
        return  # named by its source: see test_source_archive
    named = digest_of_documents(stored.delivery, stored.keys, stored.course.media)
    assert named == stored.digest


def test_answer_keys_that_a_stored_document_holds_are_read() -> None:
    stored = stored_course("mesotherapy-2026-11-29")
    again = CourseKeys.model_validate_json(stored.answer_keys.model_dump_json())
    assert again == stored.answer_keys
    assert again.quizzes.keys() == {quiz.key for quiz in stored.course.quizzes}


def test_there_are_stored_documents() -> None:
    assert "mesotherapy-2026-11-29" in NAMES


def test_a_field_that_is_used_is_part_of_the_digest() -> None:
    stricter = changed_course(
        {
            "checklists/first-session.yaml": (
                "pass_percent: 70\n",
                "pass_percent: 70\nmost_prompts_on_critical: 1\n",
            )
        }
    )
    assert digest_of(stricter) != digest_of(small_course())
    assert stricter.course is not None
    assert '"most_prompts_on_critical":1' in stricter.course.model_dump_json()


def test_a_limit_of_no_prompt_at_all_is_stored() -> None:
    """0 is a rule; only None is none."""
    step = Step(key="a", text="A", critical=True, critical_reason="B", unaided=True)
    checklist = Checklist(
        key="a",
        title="A",
        introduction_html="",
        pass_percent=70,
        sections=(Section(key="s", title="S", steps=(step,), pass_percent=70),),
        most_prompts_on_critical=0,
    )
    assert Checklist.model_validate_json(checklist.model_dump_json()) == checklist
    assert '"most_prompts_on_critical":0' in checklist.model_dump_json()
