"""Refusals that intakes and places can make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.enrolments.domain import EnrolmentState
from app.enrolments.reasons import EnrolmentsReason
from app.kit.errors import Conflict, Invalid, Refusal
from app.kit.ids import EnrolmentId
from app.kit.messages import Message, msg, sentences


class EnrolmentRefused(Conflict):
    """A rule refuses the command, for one of the reasons of `EnrolmentsReason`."""

    title = msg("This place cannot be changed so")
    slug = "enrolment-refused"

    def __init__(self, why: EnrolmentsReason) -> None:
        super().__init__(why.refusal)
        self.why = why


class CourseHidingRefused(Conflict):
    """A course is not hidden, or not shown again, for one of the reasons of `EnrolmentsReason`."""

    title = msg("This course stays as it is")
    slug = "course-hiding-refused"

    def __init__(self, why: EnrolmentsReason) -> None:
        super().__init__(why.refusal)


class IntakeInvalid(Invalid):
    """Fields of an intake contradict each other."""

    slug = "intake-invalid"

    def __init__(self, fields: Mapping[str, Message]) -> None:
        super().__init__(msg("Some dates or numbers do not fit each other."), fields=fields)


@dataclass(frozen=True, slots=True)
class PersonRefusal:
    """Everything that stands against a place of one person. `index` is their position among the people for
    whom the office reserves."""

    index: int
    name: str
    unmet: tuple[Refusal, ...]

    @property
    def message(self) -> Message:
        """Nell New: the address is not confirmed. The profile has no name for the certificate."""
        return msg(
            "{name}: {problems}",
            name=self.name,
            problems=sentences(*(refusal.message for refusal in self.unmet)),
        )


class PlacesRefused(Conflict):
    """An admin reserves for several people at once, and some of them cannot have a place. Nobody gets one.
    `people` has every reason of everybody; the first gives the reason code."""

    def __init__(self, people: tuple[PersonRefusal, ...]) -> None:
        super().__init__(
            sentences(*(person.message for person in people)), reason=people[0].unmet[0].reason
        )
        self.people = people


class OtherNames(PlacesRefused):
    """Accounts have other names than the office typed for their addresses. `account_names` are those names,
    by the positions of the people."""

    def __init__(self, typed: Sequence[str], account_names: Mapping[int, str]) -> None:
        super().__init__(
            tuple(
                PersonRefusal(index, typed[index], (_other_name(account_name),))
                for index, account_name in account_names.items()
            )
        )
        self.account_names = account_names


@dataclass(frozen=True, slots=True)
class PlaceElsewhere:
    """What a person holds in another intake of the course."""

    enrolment_id: EnrolmentId
    state: EnrolmentState
    course: str
    intake: str
    starts_on: date

    @property
    def refusal(self) -> Refusal:
        """Why another place on the course is not reserved before the office has said so."""
        values: dict[str, Any] = {
            "course": self.course,
            "intake": self.intake,
            "day": self.starts_on,
        }
        if self.state is EnrolmentState.requested:
            said = msg(
                "This person has asked for a place on {course}: {intake}, start {day}.", **values
            )
        elif self.state is EnrolmentState.waiting:
            said = msg(
                "This person waits for a place on {course}: {intake}, start {day}.", **values
            )
        else:
            said = msg(
                "This person has a place on {course} already: {intake}, start {day}.", **values
            )
        return replace(EnrolmentsReason.other_place.refusal, message=said)


class OtherPlaces(PlacesRefused):
    """People hold places in other intakes of the course. `places` are these, by the positions of the
    people."""

    def __init__(
        self, typed: Sequence[str], places: Mapping[int, tuple[PlaceElsewhere, ...]]
    ) -> None:
        super().__init__(
            tuple(
                PersonRefusal(index, typed[index], tuple(place.refusal for place in held))
                for index, held in places.items()
            )
        )
        self.places = places


def _other_name(account_name: str) -> Refusal:
    general = EnrolmentsReason.other_name.refusal
    return replace(general, message=msg("This is the address of {account}.", account=account_name))


class PaymentsRefused(Conflict):
    """None of several payments is recorded. `problems` says for each enrolment, by its id, the name of its
    person and why."""

    title = msg("No payment was recorded")
    slug = "payments-refused"

    def __init__(self, problems: Mapping[str, tuple[str, EnrolmentsReason]]) -> None:
        super().__init__(
            msg("Nothing was recorded, because not every invoice can be paid."),
            reason="payments_refused",
            fields={
                enrolment_id: msg("{name}: {why}", name=name, why=why.refusal.words)
                for enrolment_id, (name, why) in problems.items()
            },
        )
        self.reasons = {enrolment_id: why for enrolment_id, (_, why) in problems.items()}
