"""The file `errata.yaml`: what its entries must agree with in the rest of the course."""

from collections.abc import Iterator, Mapping

from app.authoring.markdown import Renderer
from app.authoring.problems import Problem
from app.authoring.yaml_source import LinedYaml
from app.courses.domain.compiling import CheckedFiles
from app.courses.domain.errata import Erratum, has_passage
from app.courses.domain.folder import SourceDocument
from app.courses.domain.source import ErratumFields
from app.questions.authoring import authoring_of
from app.questions.fields import QuestionFields


def errata_of(fields: Mapping[str, ErratumFields]) -> tuple[Erratum, ...]:
    """Return the errata of a file without problems, in its order."""
    return tuple(
        Erratum(
            key=key,
            lesson=entry.lesson,
            quiz=entry.quiz,
            question=entry.question,
            was=entry.was,
            now=entry.now,
            why=entry.why,
        )
        for key, entry in fields.items()
    )


def erratum_problems(
    document: SourceDocument | None, checked: CheckedFiles, renderer: Renderer
) -> Iterator[Problem]:
    """Yield what is wrong between the errata and the texts they correct.

    A text that the course does not have any more may still be corrected: older revisions have it.
    A text that it has must be corrected itself, or new learners would read the mistake again.
    """
    if document is None or document.lined is None:
        return
    for key, entry in checked.errata.items():
        if entry.lesson is not None:
            yield from _in_lesson(document.lined, document.path, key, entry, checked)
        else:
            yield from _in_explanation(document.lined, document.path, key, entry, checked, renderer)


def _in_lesson(
    lined: LinedYaml, path: str, key: str, entry: ErratumFields, checked: CheckedFiles
) -> Iterator[Problem]:
    body = checked.bodies.get(entry.lesson or "")
    if body is not None and has_passage(body.html, entry.was):
        yield _still_wrong(lined, path, key, f"The lesson `{entry.lesson}`")


def _in_explanation(
    lined: LinedYaml,
    path: str,
    key: str,
    entry: ErratumFields,
    checked: CheckedFiles,
    renderer: Renderer,
) -> Iterator[Problem]:
    quiz = checked.quizzes.get(entry.quiz or "")
    questions = {question.key: question for question in quiz.questions} if quiz else {}
    question = questions.get(entry.question or "")
    if question is not None and any(
        has_passage(renderer.field(text).html, entry.was) for text in _explanations(question)
    ):
        yield _still_wrong(lined, path, key, f"The explanation of `{entry.question}`")


def _explanations(question: QuestionFields) -> Iterator[str]:
    yield question.explanation
    yield from authoring_of(question).explanations(question)


def _still_wrong(lined: LinedYaml, path: str, key: str, what: str) -> Problem:
    return Problem(
        path,
        lined.line((key, "was")),
        f"{what} still has these words.",
        "Correct the text itself too, so that new learners read it right.",
    )
