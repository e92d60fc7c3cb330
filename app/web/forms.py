"""Form posts: the raw text as it was typed, and its conversion into a typed command."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Self, get_origin

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from app.kit.currency import Currency
from app.kit.errors import Invalid
from app.kit.messages import Message, Text
from app.kit.versions import LONGEST_VERSION
from app.web.csrf import demand_proof

MOST_FIELDS = 1000
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ufffe\uffff]")


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
            raise Invalid("A field was sent twice.", fields={name: "Give one value."})
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


def as_seen(typed: str) -> str:
    """Return a text without the invisible characters that pasted text often contains: control
    characters, which databases refuse, and zero-width spaces, which make an address invalid.
    Joiners stay, because Persian and emoji need them. All line ends become `\n`."""
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", typed))


Submitted = Annotated[Submission, Depends(read_submission)]


class UnsupportedForm(Exception):
    """The body is not a form; answered with status 415."""


class Form(BaseModel):
    """Base class of typed forms. Unknown fields are refused; empty fields count as missing.

    Give each field a `title`, which messages use.
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
                raise Invalid("A field was sent twice.", fields={name: "Give one value."})
            elif typed[0].strip() or field is None:
                values[name] = typed[0]
        try:
            return cls.model_validate(values, context={"currency": currency})
        except ValidationError as error:
            raise Invalid(
                "There is a problem with what you entered.", fields=cls._messages(error)
            ) from None

    @classmethod
    def _messages(cls, error: ValidationError) -> dict[str, Text]:
        messages: dict[str, Text] = {}
        for detail in error.errors(include_url=False, include_input=False):
            name = str(detail["loc"][0]) if detail["loc"] else "form"
            field = cls.model_fields.get(name)
            label = (field.title if field and field.title else name.replace("_", " ")).lower()
            if field is None and detail["type"] == "extra_forbidden":
                name = "form"  # an unknown field has no place on the page to link to
            if detail["type"] == "missing":
                verb = "Choose" if field is not None and _is_choice(field.annotation) else "Enter"
                the = "" if label.startswith(("your ", "the ", "a ")) else "the "
                messages.setdefault(name, f"{verb} {the}{label}.")
            else:
                messages.setdefault(name, _message(detail, label))
        return messages


class ButtonForm(Form):
    """A form with only a button."""


class EditForm(Form):
    """A form that writes a whole record. `version` is the version of the record that it shows
    (`app.kit.versions`); a form without one counts as older than every change."""

    version: str = Field(default="", title="version", max_length=LONGEST_VERSION)


def _is_choice(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _message(detail: ErrorDetails, label: str) -> Text:
    kind, context = detail["type"], dict(detail.get("ctx", {}))
    if kind == "extra_forbidden":
        return f"The form has no field “{label}”. Open the page again and retry."
    if kind == "value_error":
        error = context.get("error")
        if isinstance(error, ValueError) and error.args and isinstance(error.args[0], Message):
            return error.args[0]
        return str(error or detail["msg"])
    messages = {
        "string_too_short": "Use at least {min_length} characters.",
        "string_too_long": "Use at most {max_length} characters.",
        "too_short": "Choose at least {min_length}.",
        "too_long": "Choose at most {max_length}.",
        "greater_than_equal": "Enter {ge} or more.",
        "less_than_equal": "Enter {le} or less.",
        "greater_than": "Enter more than {gt}.",
        "less_than": "Enter less than {lt}.",
    }
    if kind in messages:
        return messages[kind].format(**context)
    if kind.startswith(("int", "decimal", "float")):
        return "Enter a whole number." if kind.startswith("int") else "Enter a number."
    if kind.startswith(("date", "time")):
        return "Enter a real date or time."
    if kind in ("enum", "literal_error", "uuid_parsing", "bool_parsing"):
        return "Choose one of the given answers."
    return "This cannot be read. Check it and try again."
