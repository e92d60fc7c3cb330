"""Form posts: the raw text as it was typed, and its conversion into a typed command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Annotated, Any, Final, Self, TypeVar, get_origin

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.kit.characters import as_seen
from app.kit.currency import Currency
from app.kit.errors import Invalid
from app.kit.messages import Message, msg
from app.kit.versions import LONGEST_VERSION
from app.web.csrf import demand_proof
from app.web.field_messages import message_of

MOST_FIELDS = 1000
SENT_TWICE: Final = msg("A field was sent twice.")
ONE_VALUE: Final = msg("Give one value.")
Choice = TypeVar("Choice", bound=StrEnum)
WRONG: Final = msg("There is a problem with what you entered.")


@dataclass(frozen=True, slots=True)
class Submission:
    """The fields of one form post. `values` are for showing the page again."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    idempotency_key: str = ""
    body: str = field(default="", repr=False)

    @property
    def values(self) -> dict[str, Any]:
        return {
            name: typed[0] if len(typed) == 1 else list(typed)
            for name, typed in self.fields.items()
        }

    def get(self, name: str, default: str = "") -> str:
        """Return the value of a field. Refuses a repeated field."""
        typed = self.fields.get(name, ())
        if len(typed) > 1:
            raise Invalid(SENT_TWICE, fields={name: ONE_VALUE})
        return typed[0] if typed else default


async def read_submission(request: Request) -> Submission:
    """Read a form post. Refuses other content types, and posts without proof of their origin."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    body = await request.body()
    if kind not in ("application/x-www-form-urlencoded", "") or (body and not kind):
        raise UnsupportedForm(kind)
    fields: dict[str, tuple[str, ...]] = {}
    async with request.form(max_fields=MOST_FIELDS) as form:
        for name, typed in form.multi_items():
            fields[name] = (*fields.get(name, ()), as_seen(str(typed)))
    token = fields.pop("csrf_token", ("",))[0]
    demand_proof(request, token)
    key = fields.pop("idempotency_key", ("",))[0]
    body_text = "\n".join(f"{name}={typed}" for name, typed in sorted(fields.items()))
    submission = Submission(fields, key, body_text)
    request.scope["preceptor.submission"] = submission  # stored if the sign-in has ended
    return submission


Submitted = Annotated[Submission, Depends(read_submission)]


class UnsupportedForm(Exception):
    """The body is not a form; answered with status 415."""


def label(text: str) -> str:
    """Return the name of a field, and mark it for translators: `Field(title=label("start date"))`.

    It is written as it stands behind “Enter the”: a noun in lower case. A label that begins with `your `,
    `the ` or `a ` has its own article.
    """
    return text


class Form(BaseModel):
    """Base class of typed forms. Unknown fields are refused; empty fields count as missing.

    Each field that must be filled in has a `title`, made with `label`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @classmethod
    def read(
        cls, submission: Submission, *, currency: Currency | None = None, **added: Any
    ) -> Self:
        """Return the form, or raise Invalid with one message per field. `added` comes from the route
        (an id of the path), never from the browser. `currency` reads the fields that are an `Amount`."""
        values: dict[str, Any] = dict(added)
        for name, typed in submission.fields.items():
            field = cls.model_fields.get(name)
            if field is not None and get_origin(field.annotation) in (tuple, list, frozenset, set):
                values[name] = [value for value in typed if value.strip()]
            elif len(typed) > 1:
                raise Invalid(SENT_TWICE, fields={name: ONE_VALUE})
            elif typed[0].strip() or field is None:
                values[name] = typed[0]
        try:
            return cls.model_validate(values, context={"currency": currency})
        except ValidationError as error:
            raise Invalid(WRONG, fields=cls._messages(error)) from None

    @classmethod
    def _messages(cls, error: ValidationError) -> dict[str, Message]:
        messages: dict[str, Message] = {}
        for detail in error.errors(include_url=False, include_input=False):
            name = str(detail["loc"][0]) if detail["loc"] else "form"
            field = cls.model_fields.get(name)
            if field is None and detail["type"] == "extra_forbidden":
                # An unknown field has no place on the page to link to.
                messages.setdefault("form", _unknown(name.replace("_", " ").lower()))
            elif field is not None and detail["type"] == "missing":
                messages.setdefault(name, _missing(field.title or name, field.annotation))
            else:
                messages.setdefault(name, message_of(detail))
        return messages


class ButtonForm(Form):
    """A form with only a button."""


class EditForm(Form):
    """A form that writes a whole record. `version` is the version of the record that it shows
    (`app.kit.versions`); a form without one counts as older than every change."""

    version: str = Field(default="", title=label("version"), max_length=LONGEST_VERSION)


def filter_value(typed: str | None, values: type[Choice], refusal: Message) -> Choice | None:
    """Return the value by which an address filters or sorts a list, or None without one. Raise Invalid with
    `refusal` for a value that does not exist: a list that ignored it would look like what was asked for."""
    if not typed:
        return None
    if typed not in set(values):
        raise Invalid(refusal)
    return values(typed)


def _unknown(name: str) -> Message:
    return msg("The form has no field “{name}”. Open the page again and retry.", name=name)


def _missing(label: str, kind: object) -> Message:
    """Return how to fill in a field that was left empty. Its label is a text of the catalogue."""
    words = msg(label)
    has_article = label.startswith(("your ", "the ", "a "))
    if isinstance(kind, type) and issubclass(kind, Enum):
        if has_article:
            return msg("Choose {label}.", label=words)
        return msg("Choose the {label}.", label=words)
    if has_article:
        return msg("Enter {label}.", label=words)
    return msg("Enter the {label}.", label=words)
