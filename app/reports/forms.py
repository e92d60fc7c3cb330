"""The filters of results, read from the address or from the export form."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from app.kit.ids import GroupId, IntakeId
from app.kit.messages import Text
from app.quizzes.domain.extending import LONGEST_MINUTES
from app.reports.queries import FilterOptions
from app.reports.students import Order, ResultsQuery
from app.web.forms import Form, label

LONGEST_SEARCH = 100
LONGEST_REASON = 500


def _shortened(typed: object) -> object:
    """Return a search without what stands behind its longest length. Ignored as a whole, it would look as if
    everybody had been found."""
    return typed[:LONGEST_SEARCH] if isinstance(typed, str) else typed


class ResultsQueryForm(Form):
    """The filters as written in the address. `sort` begins with a minus for descending order."""

    course: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        None, title=label("course")
    )
    quiz: Annotated[str, StringConstraints(max_length=64)] | None = Field(None, title=label("quiz"))
    intake: UUID | None = Field(None, title=label("intake"))
    group: UUID | None = Field(None, title=label("group"))
    show: Annotated[str, StringConstraints(max_length=20)] | None = Field(None, title=label("who"))
    q: Annotated[str, BeforeValidator(_shortened)] = Field("", title=label("search"))
    sort: Annotated[str, StringConstraints(max_length=20)] = Field("name", title=label("order"))

    @classmethod
    def of_address(cls, address: Mapping[str, str]) -> "ResultsQueryForm":
        """Return the filters in an address. Invalid ones are ignored, so that an old bookmark still
        opens the list."""
        values = {name: address[name] for name in cls.model_fields if address.get(name)}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            wrong = {str(detail["loc"][0]) for detail in error.errors()}
            return cls.model_validate({k: v for k, v in values.items() if k not in wrong})

    def times_shown(self, course_key: str, choice: FilterOptions) -> ResultsQuery:
        """Return the query for one course. Filters that name something outside the course, or
        outside what the reader may see, are ignored."""
        keys = tuple(column.key for column in choice.quizzes)
        quiz = self.quiz if self.quiz in keys else None
        return ResultsQuery(
            course_key=course_key,
            quiz_keys=keys,
            quiz_key=quiz,
            intake_id=_known(self.intake, choice.intakes, IntakeId),
            group_id=_known(self.group, choice.groups, GroupId),
            only_unpassed=self.show == "unpassed",
            text=" ".join(self.q.split()),
            order=_order(self.sort.removeprefix("-"), is_one_quiz=quiz is not None),
            descending=self.sort.startswith("-"),
        )


def values_of(query: ResultsQuery) -> dict[str, str]:
    """Return the query as the values of the form and of the address."""
    return {
        "course": query.course_key,
        "quiz": query.quiz_key or "",
        "intake": str(query.intake_id or ""),
        "group": str(query.group_id or ""),
        "show": "unpassed" if query.only_unpassed else "",
        "q": query.text,
        "sort": f"{'-' if query.descending else ''}{query.order.value}",
    }


def address_of(query: ResultsQuery, **changes: str) -> str:
    """Return the query string of the same list with some filters changed, beginning with the
    question mark."""
    values = {**values_of(query), **changes}
    plain = {"sort": "name", "page": "1"}
    return "?" + urlencode(
        {name: value for name, value in values.items() if value and plain.get(name) != value}
    )


def _known(wanted: UUID | None, choices: Sequence[tuple[Any, Text]], kind: Any) -> Any:
    return kind(wanted) if any(wanted == value for value, _ in choices) else None


def _order(typed: str, *, is_one_quiz: bool) -> Order:
    of_one, of_all = (Order.best, Order.attempts), (Order.passed,)
    wrong = of_all if is_one_quiz else of_one
    return Order(typed) if typed in set(Order) - set(wrong) else Order.name


class RunningExportForm(Form):
    q: Annotated[str, BeforeValidator(_shortened)] = Field("", title=label("search"))


class AllowanceForm(Form):
    """One more attempt for a student. `tell` means that the student reads the reason too."""

    quiz: str = Field(title=label("quiz"), max_length=64)
    reason: str = Field(title=label("the reason"), min_length=3, max_length=LONGEST_REASON)
    tell: Literal["yes"] | None = Field(default=None, title=label("whether the student reads it"))


class LateAnswersForm(Form):
    """Accepting late answers. Its names are its own: the form for more time stands on the same page."""

    late_reason: str = Field(title=label("the reason"), min_length=3, max_length=LONGEST_REASON)
    late_tell: Literal["yes"] | None = Field(
        default=None, title=label("whether the student reads it")
    )


class ExtensionForm(Form):
    """More time for one attempt, in minutes. `tell` means that the student reads the reason too."""

    minutes: int = Field(title=label("number of minutes"), ge=1, le=LONGEST_MINUTES)
    reason: str = Field(title=label("the reason"), min_length=3, max_length=LONGEST_REASON)
    tell: Literal["yes"] | None = Field(default=None, title=label("whether the student reads it"))
