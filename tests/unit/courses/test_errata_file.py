"""The file of errata: how its entries are read, and that new learners read every text right."""

import pytest

from app.authoring.problems import Problem
from app.courses.domain.errata import Erratum
from app.courses.domain.parsing import ParsedCourse, parse_course
from tests.make.courses import small_files

FIRST = """\
outer-thickness:
  lesson: skin-layers
  was: about 0.2 mm thick
  now: about 0.1 mm thick
  why: The number was that of another layer.
"""
QUESTION = """\
{key}:
  quiz: {quiz}
  question: {question}
  was: {was}
  now: Other words.
  why: They were wrong.
"""
CORRECT_IT = "Correct the text itself too, so that new learners read it right."


def parsed_with(errata: str) -> ParsedCourse:
    return parse_course("small-course", {**small_files(), "errata.yaml": errata.encode()})


def of_question(was: str, *, quiz: str = "skin-quiz", question: str) -> str:
    return QUESTION.format(key="the-second", quiz=quiz, question=question, was=was)


def test_each_entry_is_read_with_all_its_words_in_the_order_of_the_file() -> None:
    parsed = parsed_with(FIRST + of_question("Old words.", question="bleeding-layer"))
    assert parsed.problems == ()
    assert parsed.errata == (
        Erratum(
            "outer-thickness",
            "skin-layers",
            None,
            None,
            "about 0.2 mm thick",
            "about 0.1 mm thick",
            "The number was that of another layer.",
        ),
        Erratum(
            "the-second",
            None,
            "skin-quiz",
            "bleeding-layer",
            "Old words.",
            "Other words.",
            "They were wrong.",
        ),
    )


@pytest.mark.parametrize(
    ("was", "quiz", "question"),
    [
        ("Vessels run in the dermis.", "skin-quiz", "bleeding-layer"),
        ("Right, its vessels feed the skin.", "skin-quiz", "bleeding-layer"),
        ("Only one of the two has vessels.", "skin-quiz", "bleeding-layer"),
        ("The Epidermis has none.", "skin-quiz", "bleeding-layer"),
        ("The epidermis is.", "skin-quiz", "true-of-the-dermis"),
        ("It has no vessels.", "skin-quiz", "epidermis-bleeds"),
        ("Blood would have to come from a vessel", "skin-quiz", "epidermis-bleeds"),
        ("Right, it has no vessels.", "skin-quiz", "epidermis-bleeds"),
        ("20 × 0.05 mL is 1 mL.", "skin-quiz", "total-volume"),
        ("Where else would it go?", "final-test", "bin"),
    ],
)
def test_an_explanation_that_still_has_the_wrong_words_is_named(
    was: str, quiz: str, question: str
) -> None:
    parsed = parsed_with(FIRST + of_question(was, quiz=quiz, question=question))
    assert parsed.problems == (
        Problem(
            "errata.yaml",
            9,
            f"The explanation of `{question}` still has these words.",
            CORRECT_IT,
        ),
    )
    assert parsed.errata == ()


def test_every_text_that_still_has_the_wrong_words_is_named() -> None:
    """The first wrong entry does not hide the next, nor does a right one between them."""
    wrong = FIRST.replace("about 0.2 mm thick", "no vessels of its own")
    again = wrong.replace("outer-thickness", "layers-again")
    right = FIRST.replace("outer-thickness", "right")
    parsed = parsed_with(wrong + right + again)
    assert [(problem.path, problem.line, problem.message) for problem in parsed.problems] == [
        ("errata.yaml", 3, "The lesson `skin-layers` still has these words."),
        ("errata.yaml", 13, "The lesson `skin-layers` still has these words."),
    ]


@pytest.mark.parametrize(
    "errata",
    [
        FIRST.replace("skin-layers", "lesson-of-an-earlier-revision"),
        of_question("Vessels run in the dermis.", quiz="old-quiz", question="bleeding-layer"),
        of_question("Vessels run in the dermis.", question="old-question"),
        of_question("Vessels run in the dermis.", question="total-volume"),
        of_question("Which layer has vessels?", question="bleeding-layer"),
        of_question("The epidermis", question="bleeding-layer"),
    ],
    ids=["lesson", "quiz", "question", "another question", "its question", "its option"],
)
def test_texts_of_earlier_revisions_and_words_that_are_no_explanation_are_no_problem(
    errata: str,
) -> None:
    assert parsed_with(errata).problems == ()


def test_errata_that_could_not_be_read_are_judged_no_further() -> None:
    (problem,) = parsed_with("a: [").problems
    assert problem.path == "errata.yaml"
    assert problem.message.startswith("This is not valid YAML")
