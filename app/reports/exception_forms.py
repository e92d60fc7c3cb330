"""The form of an exception: for whom, at which quiz, and what."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from fractions import Fraction
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.kit.errors import Invalid
from app.kit.ids import ExceptionId, GroupId, IntakeId, UserId
from app.kit.messages import Message, msg
from app.quizzes.domain.exceptions import ExceptionAudience, ExceptionTerms, QuizException
from app.reports.exceptions import ExceptionWish
from app.reports.forms import LONGEST_REASON
from app.web.dates import Day, TimeOfDay, moment, typed_moment
from app.web.forms import WRONG, Form, Submission, label

AUDIENCE = r"^(person|group|intake):[0-9a-fA-F-]{36}$"
FIELDS_OF_REASON = ("reason", "tell")


class ExceptionWishForm(Form):
    """`at` names a course and a quiz, “course/quiz”, or “course/” for every quiz. `whom` is a person, a group
    or an intake with its id; or `email` names a person."""

    at: Annotated[str, StringConstraints(max_length=130, pattern=r"^[^/]+/[^/]*$")] = Field(
        title=label("quiz")
    )
    whom: Annotated[str, StringConstraints(max_length=50, pattern=AUDIENCE)] | None = Field(
        default=None, title=label("whom it is for")
    )
    email: Annotated[str, StringConstraints(max_length=320)] | None = Field(
        default=None, title=label("e-mail address")
    )
    time: Literal["125", "150", "200"] | None = Field(default=None, title=label("more time"))
    extra_minutes: int | None = Field(default=None, ge=1, le=600, title=label("further minutes"))
    extra_attempts: int | None = Field(default=None, ge=1, le=20, title=label("further attempts"))
    opens_day: Day | None = Field(default=None, title=label("day when it opens"))
    opens_time: TimeOfDay | None = Field(default=None, title=label("time when it opens"))
    closes_day: Day | None = Field(default=None, title=label("day when it closes"))
    closes_time: TimeOfDay | None = Field(default=None, title=label("time when it closes"))
    replaces: UUID | None = Field(default=None, title=label("exception that ends"))

    def wish(self, db: Session, *, zone: str) -> ExceptionWish:
        """Return what is asked for. Raise Invalid with the fields that do not fit together."""
        course_key, _, quiz_key = self.at.partition("/")
        terms = ExceptionTerms(
            extra_minutes=self.extra_minutes,
            factor=Fraction(int(self.time), 100) if self.time else None,
            opens_at=_moment("opens", self.opens_day, self.opens_time, zone),
            closes_at=_moment("closes", self.closes_day, self.closes_time, zone),
            extra_attempts=self.extra_attempts,
        )
        return ExceptionWish(
            audience=self._audience(db),
            course_key=course_key,
            quiz_key=quiz_key,
            terms=terms,
            replaces=ExceptionId(self.replaces) if self.replaces else None,
        )

    def _audience(self, db: Session) -> ExceptionAudience:
        if (self.whom is None) == (self.email is None):
            raise _invalid("whom", msg("Choose a group or an intake, or enter one e-mail address."))
        if self.email is not None:
            person = accounts.person_by_email(db, self.email.lower())
            if person is None:
                raise _invalid("email", msg("No account has this address. Check its letters."))
            return ExceptionAudience(user_id=person.user_id)
        kind, _, typed = (self.whom or "").partition(":")
        try:
            number = UUID(typed)
        except ValueError:
            raise _invalid("whom", msg("Choose whom it is for.")) from None
        return {
            "person": ExceptionAudience(user_id=UserId(number)),
            "group": ExceptionAudience(group_id=GroupId(number)),
            "intake": ExceptionAudience(intake_id=IntakeId(number)),
        }[kind]


class ExceptionForm(ExceptionWishForm):
    """What is given, and why. `tell` means that the students read the reason, too."""

    reason: str = Field(title=label("reason"), min_length=3, max_length=LONGEST_REASON)
    tell: Literal["yes"] | None = Field(default=None, title=label("whether students read it"))


class ExceptionExportForm(Form):
    show: Literal["live", "ended"] = Field(default="live", title=label("which exceptions"))
    q: Annotated[str, StringConstraints(max_length=100)] = Field(default="", title=label("search"))


def of_address(address: Mapping[str, str]) -> Submission:
    """Return the fields of the wish in an address, as a form sends them."""
    fields = {
        name: (value,) for name, value in address.items() if name in ExceptionWishForm.model_fields
    }
    return Submission(fields=fields)


def address_of(exception: QuizException, *, zone: str) -> str:
    """Return the query string of the form that replaces an exception, filled in with what it gives."""
    audience, terms = exception.audience, exception.terms
    ids = {
        "person": audience.user_id,
        "group": audience.group_id,
        "intake": audience.intake_id,
    }
    values = {
        "whom": next(f"{kind}:{number}" for kind, number in ids.items() if number is not None),
        "at": f"{exception.course_key}/{exception.quiz_key}",
        "time": "" if terms.factor is None else str(int(terms.factor * 100)),
        "extra_minutes": str(terms.extra_minutes or ""),
        "extra_attempts": str(terms.extra_attempts or ""),
        **_typed("opens", terms.opens_at, zone),
        **_typed("closes", terms.closes_at, zone),
        "replaces": str(exception.id),
    }
    return "?" + urlencode({name: value for name, value in values.items() if value})


def _typed(end: str, at: datetime | None, zone: str) -> dict[str, str]:
    parts = {} if at is None else typed_moment(at, zone)
    return {f"{end}_{name}": value for name, value in parts.items()}


def without_reason(submitted: Submission) -> Submission:
    """Return the fields of a sent form that say what is given."""
    fields = {
        name: typed for name, typed in submitted.fields.items() if name not in FIELDS_OF_REASON
    }
    return Submission(fields=fields)


def hidden_fields(submitted: Submission) -> Iterator[tuple[str, str]]:
    """Yield the filled-in fields of a wish, which the form with the reason sends along."""
    for name, typed in submitted.fields.items():
        if name in ExceptionWishForm.model_fields and typed[0].strip():
            yield name, typed[0]


def _moment(end: str, day: Day | None, at: time | None, zone: str) -> datetime | None:
    if day is None and at is None:
        return None
    if day is None:
        raise _invalid(f"{end}_day", msg("Enter the day, too."))
    if at is None:
        raise _invalid(f"{end}_time", msg("Enter the time, too."))
    try:
        return moment(day, at, zone)
    except ValueError as error:
        raise _invalid(f"{end}_time", error.args[0]) from None


def _invalid(field: str, message: Message) -> Invalid:
    return Invalid(WRONG, fields={field: message})
