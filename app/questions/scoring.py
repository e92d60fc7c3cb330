"""Every type of question, as marking and review know it. One line for each type."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Discriminator, Tag

from app.questions.contract import Scoring
from app.questions.delivery import Question
from app.questions.keys import QuestionKey
from app.questions.multiple import scoring as multiple
from app.questions.numeric import scoring as numeric
from app.questions.ordering import scoring as ordering
from app.questions.single import scoring as single
from app.questions.true_false import scoring as true_false

TYPES: Final[Mapping[str, Scoring[Any, Any, Any]]] = {
    "single": single.SCORING,
    "multiple": multiple.SCORING,
    "true-false": true_false.SCORING,
    "numeric": numeric.SCORING,
    "ordering": ordering.SCORING,
}


def type_of_key(key: object) -> str:
    """Return the type whose class a key has, for a stored key and for the object.

    Keys of the first four types do not name it: a number has its `answer`, and the three others have the
    same class.
    """
    fields = key if isinstance(key, Mapping) else vars(key)
    written = fields.get("type")
    if written is not None:
        return str(written)
    return "single" if fields.get("answer") is None else "numeric"


if TYPE_CHECKING:
    AnyKey = QuestionKey
else:
    AnyKey = Annotated[
        reduce(or_, [Annotated[each.key, Tag(name)] for name, each in TYPES.items()]),
        Discriminator(type_of_key),
    ]


def scoring_of(question: Question) -> Scoring[Any, Any, Any]:
    """Return how a question is marked and reviewed."""
    return TYPES[question.type]
