"""The forms of enquiries."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from app.accounts.domain import LONGEST_NAME, clean_name
from app.enquiries.domain import LONGEST_MESSAGE, SHORTEST_MESSAGE, NewEnquiry, Topic
from app.kit.characters import without_ignorable
from app.kit.email_addresses import normal_email
from app.kit.messages import msg
from app.web.forms import Form, label

_PHONE = re.compile(r"^\+?[0-9][0-9 ()./-]{4,38}$")


def _email(typed: str) -> str:
    address = normal_email(typed)
    if address is None:
        raise ValueError(msg("Enter an e-mail address in the form name@example.com."))
    return address


def _name(typed: str) -> str:
    name = clean_name(typed)
    if not name:
        raise ValueError(msg("Enter a name with letters in it."))
    return name


def _phone(typed: str) -> str:
    # Characters of text pasted from an address book or a web page: direction marks, long dashes,
    # no-break spaces.
    typed = " ".join(re.sub(r"[\u2010-\u2015\u2212]", "-", without_ignorable(typed)).split())
    if not _PHONE.match(typed):
        raise ValueError(
            msg("Enter a telephone number with digits, such as 020 7946 0000, or leave it.")
        )
    return typed


def _message(typed: str) -> str:
    if len(typed) < SHORTEST_MESSAGE:
        raise ValueError(msg("Write your question in a sentence or more."))
    return typed


class EnquiryForm(Form):
    """A question. `course` is the key of the course whose page it was asked from."""

    name: Annotated[str, StringConstraints(max_length=LONGEST_NAME), AfterValidator(_name)] = Field(
        title=label("your name")
    )
    email: Annotated[str, StringConstraints(max_length=320), AfterValidator(_email)] = Field(
        title=label("your e-mail address")
    )
    phone: Annotated[str, StringConstraints(max_length=40), AfterValidator(_phone)] | None = None
    topic: Topic = Field(title=label("the topic of your question"))
    course: Annotated[str, StringConstraints(max_length=64)] | None = None
    message: Annotated[
        str, StringConstraints(max_length=LONGEST_MESSAGE), AfterValidator(_message)
    ] = Field(title=label("your question"))

    def question(self) -> NewEnquiry:
        return NewEnquiry(self.name, self.email, self.phone, self.topic, self.course, self.message)


class AnsweredForm(Form):
    note: Annotated[str, StringConstraints(min_length=3, max_length=2000)] = Field(
        title=label("note on what was answered")
    )
