"""Every type of question, as delivery knows it. One line for each type; no key can be reached from here."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from app.kit.stored_documents import Document
from app.questions.contract import Answering, Response, ResponseShape
from app.questions.delivery import Question
from app.questions.multiple import answering as multiple
from app.questions.numeric import answering as numeric
from app.questions.ordering import answering as ordering
from app.questions.single import answering as single
from app.questions.true_false import answering as true_false

TYPES: Final[Mapping[str, Answering[Any, Any]]] = {
    "single": single.ANSWERING,
    "multiple": multiple.ANSWERING,
    "true-false": true_false.ANSWERING,
    "numeric": numeric.ANSWERING,
    "ordering": ordering.ANSWERING,
}

if TYPE_CHECKING:
    AnyQuestion = Question
    AnyShape = ResponseShape
else:
    AnyQuestion = Annotated[
        reduce(or_, [each.question for each in TYPES.values()]), Field(discriminator="type")
    ]
    AnyShape = reduce(or_, dict.fromkeys(each.shape for each in TYPES.values()))


def answering_of(question: Question) -> Answering[Any, Any]:
    """Return how a question is shown and answered."""
    return TYPES[question.type]


def answer_to(question: Question, response: Response | None) -> Response | None:
    """Return the response to a question, or None if it has no answer: nothing was saved, the response is
    blank, or it is damaged and belongs to another type (`preceptor audit` names it)."""
    if response is None or response.is_blank:
        return None
    return response if isinstance(response, answering_of(question).response) else None


def restored_without_type(document: Document) -> Response:
    """Return a stored response that does not name the type of its question, as those of version 1: a number
    or a list of options tells it."""
    of_type = numeric.ANSWERING if "number" in document else multiple.ANSWERING
    response: Response = of_type.restored(document)
    return response
