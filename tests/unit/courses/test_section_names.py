"""Which sections a question may name; the words of each refusal stand in broken course 46."""

from app.courses.domain.parsing import parse_course
from tests.make.courses import small_files

FINAL, NEEDLES = "quizzes/final-test.yaml", "quizzes/needle-quiz.yaml"


def problems_with(path: str, key: str, section: str, *more: tuple[str, str, str]) -> list[str]:
    """Return what is wrong with the small course if questions name sections."""
    files = dict(small_files())
    for file, question, name in ((path, key, section), *more):
        begin = f"  - key: {question}\n"
        text = files[file].decode()
        assert begin in text
        files[file] = text.replace(begin, f"{begin}    section: {name}\n", 1).encode()
    return [
        f"{problem.path}: {problem.message}"
        for problem in parse_course("small-course", files).problems
    ]


def test_a_quiz_names_its_own_module_and_the_final_test_any() -> None:
    assert problems_with(NEEDLES, "recapping", "needle-safety#section-after-use") == []
    assert problems_with(NEEDLES, "recapping", "skin-layers#section-the-outer-layer") == []
    assert problems_with(FINAL, "bin", "needle-safety#section-after-use") == []


def test_a_deeper_heading_is_a_section_too() -> None:
    assert problems_with(FINAL, "bin", "skin-layers#section-what-it-holds") == []


def test_a_lesson_without_headings_has_no_section() -> None:
    assert problems_with(FINAL, "bin", "skin-vessels#section-vessels") == [
        f"{FINAL}: The lesson `skin-vessels` has no section `section-vessels`."
    ]


def test_another_mistake_in_the_quiz_hides_no_section() -> None:
    said = problems_with(
        NEEDLES, "recapping", "nowhere#section-a", (NEEDLES, "bin-full", "a#b\n    colour: red")
    )
    assert said == [
        f"{NEEDLES}: There is no lesson `nowhere`.",
        f"{NEEDLES}: There is no lesson `a`.",
        f"{NEEDLES}: `colour` is not known here.",
    ]


def test_a_section_that_is_no_text_is_told_once() -> None:
    assert problems_with(FINAL, "bin", "12") == [f"{FINAL}: `section` must be a text."]
