"""The filters of the history, read from the address or from the form of the export."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from app.audit.act_sentences import ACT_SENTENCES
from app.audit.subjects import subject_kind
from app.history.queries import LONGEST_PLACE, HistoryQuery, Place
from app.kit.messages import Message, msg
from app.web.dates import Day, moment, typed_day
from app.web.forms import Form, Submission, label

LONGEST_SEARCH: Final = 100
DAY: Final = timedelta(days=1)
UNKNOWN_KIND: Final = msg("There is no such kind. Choose one of the list.")
UNKNOWN_ACT: Final = msg("There is no such act. Choose one of the list.")
NO_KIND: Final = msg("Say of which kind the thing is.")
DAYS_TURNED: Final = msg("The last day lies before the first.")
NO_PLACE: Final = msg("This place in the list cannot be read. Begin at the newest.")
Search = Annotated[str, StringConstraints(max_length=LONGEST_SEARCH)]
Word = Annotated[str, StringConstraints(max_length=60)]


class HistoryFilterForm(Form):
    """The filters as they stand in the address. `of` is the id of one thing of the kind, `before` the place
    in the list behind which a page begins."""

    person: Search = Field("", title=label("person"))
    by: Search = Field("", title=label("person who did it"))
    kind: Word = Field("", title=label("kind"))
    act: Word = Field("", title=label("act"))
    of: UUID | None = Field(None, title=label("thing"))
    first: Day | None = Field(None, title=label("first day"))
    last: Day | None = Field(None, title=label("last day"))
    before: Annotated[str, StringConstraints(max_length=LONGEST_PLACE)] = Field(
        "", title=label("place in the list")
    )

    @field_validator("kind")
    @classmethod
    def _kind_exists(cls, kind: str) -> str:
        if kind and subject_kind(kind) is None:
            raise ValueError(UNKNOWN_KIND)
        return kind

    @field_validator("act")
    @classmethod
    def _act_exists(cls, act: str) -> str:
        if act and act not in ACT_SENTENCES:
            raise ValueError(UNKNOWN_ACT)
        return act

    @field_validator("of")
    @classmethod
    def _has_kind(cls, of: UUID | None, info: ValidationInfo) -> UUID | None:
        if of is not None and not info.data.get("kind"):
            raise ValueError(NO_KIND)
        return of

    @field_validator("last")
    @classmethod
    def _is_not_before_first(cls, last: Day | None, info: ValidationInfo) -> Day | None:
        first = info.data.get("first")
        if last is not None and first is not None and last < first:
            raise ValueError(DAYS_TURNED)
        return last

    @field_validator("before")
    @classmethod
    def _is_a_place(cls, before: str) -> str:
        if before and Place.read(before) is None:
            raise ValueError(NO_PLACE)
        return before

    @classmethod
    def of_address(cls, address: Mapping[str, str]) -> "HistoryFilterForm":
        """Return the filters in an address, or raise Invalid with one message for each value that does not
        exist. What is no filter is passed over."""
        filters = {name: (address[name],) for name in cls.model_fields if name in address}
        return cls.read(Submission(filters))

    def query(self, zone: str) -> HistoryQuery:
        """Return the filters with the days as moments in the zone of the academy."""
        return HistoryQuery(
            person=" ".join(self.person.split()),
            by=" ".join(self.by.split()),
            kind=self.kind,
            act=self.act,
            subject_id=self.of,
            since=moment(self.first, time(), zone) if self.first else None,
            until=moment(self.last + DAY, time(), zone) if self.last else None,
            before=Place.read(self.before),
        )

    @property
    def values(self) -> dict[str, str]:
        """Return the filters as the fields of the form show them."""
        return {
            "person": self.person,
            "by": self.by,
            "kind": self.kind,
            "act": self.act,
            "of": str(self.of or ""),
            "first": typed_day(self.first) if self.first else "",
            "last": typed_day(self.last) if self.last else "",
        }


class HistoryExportForm(HistoryFilterForm):
    """The filters, and why the list is taken away."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)] = Field(
        title=label("a reason")
    )


def address_with(values: Mapping[str, str], **changes: str) -> str:
    """Return the query string of the same list with some filters changed."""
    return "?" + urlencode({name: text for name, text in {**values, **changes}.items() if text})


def errors_of_filters(fields: Mapping[str, Message], shown: tuple[str, ...]) -> dict[str, Message]:
    """Return the messages of a refusal; those of filters that have no field stand above all."""
    return {name if name in shown else "form": message for name, message in fields.items()}
