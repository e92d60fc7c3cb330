"""The document of the format and the models of the parser name the same fields."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from app.authoring import blocks, svg, yaml_source
from app.authoring.fields import LONGEST_KEY, LONGEST_TEXT
from app.authoring.lesson_words import CALLOUTS
from app.authoring.svg import check_drawing
from app.courses.domain import folder, source
from app.courses.domain.folder import arranged
from app.questions.choices.authoring import OptionFields
from app.questions.fields import QuestionFields
from app.questions.multiple.authoring import MultipleFields
from app.questions.numeric.authoring import NumericFields
from app.questions.ordering.authoring import ItemFields, MustBeforeFields, OrderingFields
from app.questions.single.authoring import SingleFields
from app.questions.true_false.authoring import BothExplanations, TrueFalseFields

DOCUMENT = (Path(__file__).parents[3] / "docs" / "course-format.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return next(
        part for part in DOCUMENT.split("\n## ") if part.startswith(heading.replace("<", "&lt;"))
    )


def tables(text: str) -> list[dict[str, str]]:
    """The field tables of a section: field name → its type column."""
    tables_so_far: list[dict[str, str]] = []
    for line in text.splitlines():
        if line.startswith("| field |"):
            tables_so_far.append({})
        row = re.match(r"\| `(\w+)` \| (.*?) \|", line)
        if row and tables_so_far:
            tables_so_far[-1][row.group(1)] = row.group(2)
    return tables_so_far


def fields(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


@pytest.mark.parametrize(
    ("heading", "number", "model", "more"),
    [
        ("course.yaml", 0, source.CourseFile, set()),
        ("modules/", 0, source.ModuleFile, set()),
        ("lessons/", 0, source.LessonFields, set()),
        ("quizzes/", 0, source.QuizFile, set()),
        ("quizzes/", 1, QuestionFields, set()),
        ("practicals/", 0, source.PracticalFile, set()),
        ("checklists/", 0, source.ChecklistFile, set()),
        ("errata.yaml", 0, source.ErratumFields, set()),
    ],
)
def test_the_tables_name_every_field_and_no_other(
    heading: str, number: int, model: type[BaseModel], more: set[str]
) -> None:
    table = tables(section(heading))[number]
    assert set(table) == fields(model) | more
    for name, field in model.model_fields.items():
        says_optional = "optional" in table[name] or "default" in table[name]
        assert says_optional == (not field.is_required()), name


@pytest.mark.parametrize(
    ("heading", "models"),
    [
        (
            "course.yaml",
            [source.CertificateFields, source.AgreedWordsFields, source.ClinicalValueFields],
        ),
        ("lessons/", [blocks.FigureFields, blocks.CheckFields]),
        (
            "quizzes/",
            [
                SingleFields,
                MultipleFields,
                OptionFields,
                TrueFalseFields,
                BothExplanations,
                NumericFields,
                OrderingFields,
                ItemFields,
                MustBeforeFields,
            ],
        ),
        ("checklists/", [source.SectionFields, source.StepFields]),
        ("glossary.yaml", [source.TermFields, source.ReferenceFields]),
    ],
)
def test_the_text_names_the_fields_that_have_no_table(
    heading: str, models: list[type[BaseModel]]
) -> None:
    text = section(heading)
    words = set(re.findall(r"`(\w+)`", text)) | set(re.findall(r"\b(\w+):", text))
    for model in models:
        assert fields(model) <= words, model.__name__


def test_the_callouts_are_named() -> None:
    text = section("lessons/")
    for kind in CALLOUTS:
        assert f"`::: {kind}" in text


def drawn(inside: str = "", attributes: str = "") -> list[str]:
    """Problems of a drawing that holds `inside`, with `attributes` at a shape."""
    data = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>a</title><desc>b</desc>'
        f"{inside}<rect {attributes}/></svg>"
    )
    return [problem.message for problem in check_drawing("media/a.svg", "a.svg", data.encode())[1]]


def test_the_document_names_every_element_of_a_drawing_and_no_other() -> None:
    listed = section("media/").partition("**Elements**:")[2].partition("Every other")
    assert set(re.findall(r"`(\w+)`", listed[0])) == svg.ELEMENTS
    refused = re.findall(r"`(\w+)`", listed[2].partition("**Attributes**")[0])
    assert len(refused) >= 6
    for name in refused:
        assert drawn(f"<{name}/>") == [f"The element <{name}> is not accepted."]
    for name in svg.ELEMENTS:
        assert drawn(f"<{name}/>") == []


def test_the_other_rules_of_a_drawing_are_in_the_document() -> None:
    text = section("media/")
    assert f"at most {svg.LARGEST // 1000} kB" in text
    assert f"a number of {svg.SMALLEST_TEXT} or more" in text
    for attribute in ("style", "src", "onclick", "xml:base", "href"):
        assert f"`{attribute}`" in text
        assert len(drawn(attributes=f'{attribute}="x"')) == 1
    assert drawn(attributes='href="#arrow" fill="#0a6e6e" font-size="12"') == []
    for inside in ("<?xml-stylesheet a?>",):
        assert inside[:16] in text
        assert len(drawn(inside)) == 1
    assert drawn("<!-- a remark -->") == []


def test_every_folder_of_the_document_is_known() -> None:
    paths = re.findall(r"^  (\S+) {2,}", section("The folder"), re.MULTILINE)
    assert len(paths) == 10
    files = {path.replace("<key>", "a").replace("<name>", "a"): b"" for path in paths}
    problems = arranged(files).problems
    assert [problem for problem in problems if "belong" in problem.message] == []


def test_the_limits_of_the_document_are_those_of_the_parser() -> None:
    text = " ".join(DOCUMENT.split())
    for limit in (
        f"a YAML file or lesson has at most {folder.LARGEST_FILE // 1000} kB, a drawing "
        f"{svg.LARGEST // 1000} kB, a course {folder.MOST_FILES:,} files and "
        f"{folder.LARGEST_COURSE // 1_000_000} MB",
        f"*Markdown* fields hold at most {LONGEST_TEXT:,} characters",
        f"A file has at most {yaml_source.DEEPEST} levels and {yaml_source.MOST_VALUES:,} values",
        f"**Keys** are 1 to {LONGEST_KEY} characters",
    ):
        assert limit in text
