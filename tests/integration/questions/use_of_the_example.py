"""Uses the example type of docs/question-types.md, in a copy of the program that has it: one question from
its course file to its review. Arguments: the folder of the copy, and that of this program."""

import runpy
import sys
from pathlib import Path

TREE, HERE = map(Path, sys.argv[1:3])
sys.path[:0] = [str(TREE), str(HERE)]
import app.kit.paths  # noqa: E402

assert app.kit.paths.ROOT == TREE, app.kit.paths.ROOT
from app.courses.domain.delivery import Course  # noqa: E402
from app.courses.domain.keys import CourseKeys  # noqa: E402
from app.kit.words import ENGLISH_WORDS  # noqa: E402
from app.questions.answering import TYPES, answering_of  # noqa: E402
from app.questions.contract import Readers  # noqa: E402
from app.questions.scoring import scoring_of  # noqa: E402
from app.quizzes.answer_api import AnswerIn  # noqa: E402
from app.quizzes.domain.paging import page_around  # noqa: E402
from app.quizzes.domain.sampling import draw  # noqa: E402
from app.quizzes.domain.stored import read_response, write_response  # noqa: E402
from app.quizzes.marking import mark_attempt  # noqa: E402
from app.quizzes.question_pages import QuestionField  # noqa: E402
from app.web.templating import make_environment  # noqa: E402
from tests.make.courses import changed_course  # noqa: E402

WRITTEN = """questions:
  - key: which-layer
    type: word
    stem: Which layer has vessels?
    points: 2
    explanation: Vessels run in the dermis.
    accepted: [Dermis, The dermis]
"""
parsed = changed_course({"quizzes/skin-quiz.yaml": ("questions:\n", WRITTEN)})
assert parsed.problems == (), parsed.problems
course = Course.model_validate_json(parsed.course.model_dump_json())
keys = CourseKeys.model_validate_json(parsed.keys.model_dump_json()).quizzes["skin-quiz"]
assert (course, keys) == (parsed.course, parsed.keys.quizzes["skin-quiz"])
quiz = course.quiz("skin-quiz").model_copy(update={"shuffle": False})
drawn = draw(quiz, "seed")
question, key = quiz.question("which-layer"), keys.questions["which-layer"]
of_type, scoring = answering_of(question), scoring_of(question)

response = of_type.read(question, drawn[0], ["dermis "])
assert read_response(write_response(response, "word")).response == response
marks = mark_attempt(quiz, keys, drawn, {"which-layer": response}).marks
assert (marks[0].question_key, marks[0].earned) == ("which-layer", 2)
sent = AnswerIn.model_validate({"sequence": 1, "response": {"word": "dermis"}})
assert sent.response.typed() == ["dermis"]
assert TYPES["word"].shaped(("dermis",)) == sent.response


class Asked:
    """What the templates of a type read of a question on every page."""

    position, heading_html, rest_html = 1, "Which layer has vessels?", ""
    conflict = None
    shown = of_type.shown(question, drawn[0])
    typed = of_type.typed(response, drawn[0])
    answers_html = shown.answers(typed)


def rendered(
    template: str, macro: str, shown: object, *values: object, answer: object = None
) -> str:
    """Return what a macro of the type's templates makes of the question, or of its field on a page."""
    pages = make_environment(
        TREE / "templates", lambda *_, **__: "/", lambda name: name, ENGLISH_WORDS
    )
    Asked.answer = answer
    return str(
        getattr(pages.get_template(f"questions/word/{template}.html").module, macro)(shown, *values)
    )


field = QuestionField(Asked, Asked.typed, None, page_around(1, 2, 2))
readers = Readers(shown=str, explained=str)
reviewed = scoring.review(question, key, drawn[0], response, readers)
keyed = scoring.keyed(question, key, readers)
assert 'value="dermis"' in rendered("answer", "answer", field, "en", False)
assert 'name="answer-1"' in rendered("answer", "answer", field, "en", False)
assert "<bdi>dermis</bdi>" in rendered("answer", "given", Asked, "en")
assert "Dermis / The dermis" in rendered("review", "review", Asked, "en", False, answer=reviewed)
assert ">Dermis</p>" in rendered("review", "keyed", Asked, "en", answer=keyed)

tests = runpy.run_path(str(TREE / "tests/unit/questions/word/test_scoring.py"))
tests["test_capitals_make_no_difference"]("DERMIS", 2)
print("It works.")
