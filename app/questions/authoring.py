"""Every type of question, as publishing knows it. One line for each type."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from app.questions.contract import Authoring
from app.questions.fields import QuestionFields
from app.questions.multiple import authoring as multiple
from app.questions.numeric import authoring as numeric
from app.questions.ordering import authoring as ordering
from app.questions.single import authoring as single
from app.questions.true_false import authoring as true_false

TYPES: Final[Mapping[str, Authoring[Any, Any, Any]]] = {
    "single": single.AUTHORING,
    "multiple": multiple.AUTHORING,
    "true-false": true_false.AUTHORING,
    "numeric": numeric.AUTHORING,
    "ordering": ordering.AUTHORING,
}

if TYPE_CHECKING:
    AnyFields = QuestionFields
else:
    AnyFields = Annotated[
        reduce(or_, [each.fields for each in TYPES.values()]), Field(discriminator="type")
    ]


def authoring_of(fields: QuestionFields) -> Authoring[Any, Any, Any]:
    """Return how a question is written."""
    return TYPES[fields.type]
