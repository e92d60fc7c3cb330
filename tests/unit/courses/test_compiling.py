"""What an author writes is what learners get: every field arrives under its own name."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from app.authoring.inline import Surroundings
from app.authoring.markdown import Renderer
from app.authoring.published import is_unused
from app.authoring.sanitising import plain_words, unwrapped
from app.courses.domain.delivery import Course
from app.courses.domain.keys import CourseKeys
from app.courses.domain.parsing import parse_course
from app.questions.delivery import Option
from tests.make.courses import small_files

EDITS = {
    "course.yaml": (
        "certificate:",
        "clinical_values:\n  - key: depth\n    decides: Depth on the cheek\n    unit: mm\n"
        "    value: 0.5 to 0.9\n    source: A meeting\n    approved_by: Dr Lead\n"
        '    approved_on: "2027-01-31"\n  - key: rest\n    decides: Time of rest\n    unit: min\n'
        "certificate:",
    ),
    "lessons/needle-safety.md": ("## After use\n", "## After use\n\nGo [=depth], wait [=rest].\n"),
    "practicals/practice-day.yaml": (
        "bring:",
        "replaces: [old-day, older-day]\nfinal_test: true\nbasic_life_support: true\nbring:",
    ),
    "checklists/first-session.yaml": (
        "    title: After the needle\n",
        "    title: After the needle\n    pass_percent: 60\n",
    ),
    "quizzes/final-test.yaml": ("draw: 2", "draw: 2\nshuffle: false"),
}
"""What the small course leaves out, so that every optional field is used once."""
UNAIDED = "critical_reason: A needle was recapped with two hands\n"


def files() -> dict[str, bytes]:
    edited = dict(small_files())
    for path, (old, new) in EDITS.items():
        text = edited[path].decode()
        assert old in text, path
        edited[path] = text.replace(old, new, 1).encode()
    checklist = edited["checklists/first-session.yaml"].decode()
    edited["checklists/first-session.yaml"] = (
        checklist.replace("sections:", "most_prompts_on_critical: 0\nsections:").replace(
            UNAIDED, f"{UNAIDED}        unaided: true\n"
        )
    ).encode()
    return edited


FILES = files()
AROUND = Surroundings("small-course", {"dermis": "Dermis", "epidermis": "Epidermis"}, {}, {})


@pytest.fixture
def parts() -> tuple[Course, CourseKeys]:
    parsed = parse_course("small-course", FILES)
    assert parsed.problems == ()
    assert parsed.course is not None
    assert parsed.keys is not None
    return parsed.course, parsed.keys


def written(path: str) -> dict[str, Any]:
    text = FILES[path].decode()
    if path.endswith(".md"):
        text = text.split("---\n")[1]
    fields: dict[str, Any] = yaml.safe_load(text)
    return fields


def html(text: str) -> str:
    return Renderer(AROUND).field(text).html


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def assert_arrives(fields: Mapping[str, Any], built: BaseModel, *, but: str = "") -> None:
    """Compare each written field with the one of the same name; Markdown has become HTML."""
    for name in set(fields) - set(but.split()):
        if name in type(built).model_fields:
            assert plain(getattr(built, name)) == fields[name], name
        else:
            assert getattr(built, f"{name}_html") == html(fields[name]), name


def test_a_course(parts: tuple[Course, CourseKeys]) -> None:
    course, _ = parts
    fields = written("course.yaml")
    assert course.key == "small-course"
    assert_arrives(fields, course, but="format modules practicals certificate clinical_values")
    assert_arrives(fields["certificate"], course.certificate)
    assert [value.key for value in course.clinical_values] == ["depth", "rest"]
    for value, built in zip(fields["clinical_values"], course.clinical_values, strict=True):
        assert_arrives(value, built)
    assert [module.key for module in course.modules] == fields["modules"]
    assert [kind.key for kind in course.practicals] == fields["practicals"]
    assert [checklist.key for checklist in course.checklists] == ["first-session"]


def test_modules_and_lessons(parts: tuple[Course, CourseKeys]) -> None:
    course, _ = parts
    for module in course.modules:
        fields = written(f"modules/{module.key}.yaml")
        assert_arrives(fields, module, but="lessons")
        assert [lesson.key for lesson in module.lessons] == fields["lessons"]
        for lesson in module.lessons:
            fields = written(f"lessons/{lesson.key}.md")
            assert_arrives(fields, lesson, but="sources")
            assert [source.key for source in lesson.sources] == fields["sources"]
            for source in lesson.sources:
                assert_arrives(written("references.yaml")[source.key], source)
            assert lesson.text == plain_words(lesson.html)
            assert [heading.anchor for heading in lesson.headings] == re.findall(
                r'<h[23] id="([^"]+)">', lesson.html
            )


def test_terms_and_references(parts: tuple[Course, CourseKeys]) -> None:
    course, _ = parts
    assert {term.key for term in course.glossary} == set(written("glossary.yaml"))
    for term in course.glossary:
        assert_arrives(written("glossary.yaml")[term.key], term)
    assert [reference.key for reference in course.references] == list(written("references.yaml"))
    for reference in course.references:
        assert_arrives(written("references.yaml")[reference.key], reference)


def test_a_practical_and_its_checklist(parts: tuple[Course, CourseKeys]) -> None:
    course, _ = parts
    assert_arrives(written("practicals/practice-day.yaml"), course.practicals[0])
    checklist, fields = course.checklists[0], written("checklists/first-session.yaml")
    assert_arrives(fields, checklist, but="sections")
    for section, built in zip(fields["sections"], checklist.sections, strict=True):
        assert_arrives(section, built, but="steps")
        for step, built_step in zip(section["steps"], built.steps, strict=True):
            assert_arrives(step, built_step)


@pytest.mark.parametrize("key", ["skin-quiz", "needle-quiz", "final-test"])
def test_a_quiz_and_its_questions(parts: tuple[Course, CourseKeys], key: str) -> None:
    course, keys = parts
    quiz, fields = course.quiz(key), written(f"quizzes/{key}.yaml")
    assert quiz is not None
    assert_arrives(fields, quiz, but="questions attempts")
    assert quiz.attempts == (None if fields["attempts"] == "unlimited" else fields["attempts"])
    for question, built in zip(fields["questions"], quiz.questions, strict=True):
        own = "explanation explanations options answer tolerance facts figure"
        assert_arrives(question, built, but=f"{own} stem")
        assert built.stem_html.startswith(html(question["stem"]))
        assert ("<figure" in built.stem_html) is ("figure" in question)
        answer = keys.quizzes[key].questions[question["key"]]
        assert answer.explanation_html == html(question["explanation"])
        if question["type"] == "numeric":
            assert str(answer.answer) == question["answer"]
            assert str(answer.tolerance) == question["tolerance"]
        elif question["type"] == "true-false":
            assert built.options == (
                Option(key="true", html="True"),
                Option(key="false", html="False"),
            )
            assert built.shuffle_options is False
            assert answer.correct == {"true" if question["answer"] else "false"}
            assert answer.option_explanations == {
                "true": html(question["explanations"][True]),
                "false": html(question["explanations"][False]),
            }
        else:
            assert [(option.key, option.html) for option in built.options] == [
                (option["key"], unwrapped(html(option["text"]))) for option in question["options"]
            ]
            right = {option["key"] for option in question["options"] if option.get("correct")}
            assert answer.correct == right
            assert answer.option_explanations == {
                option["key"]: html(option["explanation"]) for option in question["options"]
            }


def test_the_notice_of_a_value_that_is_not_set_says_who_sets_it() -> None:
    (notice,) = parse_course("small-course", FILES).notices
    assert notice.message == "Clinical value `rest` is not set: Time of rest (min)."
    assert notice.hint == (
        "Lessons say: “The academy’s clinical lead has not set this value yet. Ask before you go on.” "
        "The clinical lead sets it with source, name and date."
    )


@pytest.mark.parametrize(
    ("value", "is_left_out"),
    [
        (None, True),
        (False, True),
        ((), True),
        (True, False),
        (0, False),
        ("", False),
        (("a",), False),
    ],
)
def test_a_stored_document_leaves_out_what_an_optional_field_does_not_say(
    value: object, is_left_out: bool
) -> None:
    """A document that does not use a later field must look as if the field did not exist."""
    assert is_unused(value) is is_left_out
