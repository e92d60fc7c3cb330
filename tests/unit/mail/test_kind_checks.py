"""A process does not start if kinds of mail and their templates do not fit each other."""

from datetime import datetime
from typing import Any, ClassVar

import pytest
from jinja2 import DictLoader, Environment
from pydantic import ConfigDict

from app.mail.kind_checks import demand_whole, problems_of
from app.mail.kinds import AddressMail, MailKind, MailKinds, PersonMail, WrongKinds
from app.mail.values import MailPart


class LinkMail(AddressMail):
    template: ClassVar[str] = "a/link"

    link_id: str


class DayMail(PersonMail):
    template: ClassVar[str] = "a/day"

    title: str

    @property
    def when(self) -> str:
        return "today"


LINK = "Subject\n{{ academy }} {{ base_url }} {{ sign(link_id) }}"
DAY = (
    "{{ title }}\n{{ name }} {{ when }}{% for x in title %}{{ x }}{% endfor %}"
    "{% include 'mail/a/_part.txt' %}"
)
PART = "{{ title }}"


def problems(kinds: tuple[type[MailKind], ...] = (LinkMail, DayMail), **changed: str) -> list[str]:
    sources = {"link": LINK, "day": DAY, "_part": PART, **changed}
    templates = Environment(  # noqa: S701 - plain text
        loader=DictLoader({f"mail/a/{name}.txt": source for name, source in sources.items()})
    )
    return problems_of(MailKinds(kinds), templates)


def test_what_fits_has_no_problem():
    assert problems() == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"day": "x\n\n{{ nme }}"}, "templates/mail/a/day.txt:3: “nme” is no field of"),
        ({"_part": "{{ reason }}"}, "templates/mail/a/_part.txt:1: “reason” is no field of"),
        ({"day": "{{ sign('x') }}"}, "templates/mail/a/day.txt:1: “sign” is no field of"),
        ({"day": "{% include title %}"}, "templates/mail/a/day.txt: it includes a template whose"),
        ({"other": "x"}, "templates/mail/a/other.txt: no kind of mail has this template"),
    ],
    ids=["placeholder", "included placeholder", "secret in a notice", "include", "no kind"],
)
def test_a_template_that_its_kind_cannot_fill(changed: dict[str, str], problem: str):
    (only,) = problems(**changed)
    assert only.startswith(problem)


def test_a_kind_without_a_template():
    class LostMail(AddressMail):
        template: ClassVar[str] = "a/lost"

    (only,) = problems((LinkMail, DayMail, LostMail))
    assert only.endswith("LostMail: there is no templates/mail/a/lost.txt")


@pytest.mark.parametrize(
    "hint", [datetime, float, dict[str, str], list[str], bytes, datetime | None, object]
)
def test_a_field_of_a_type_that_has_no_stored_form(hint: Any):
    class OddPart(MailPart):
        __annotations__ = {"value": hint}

        model_config = ConfigDict(arbitrary_types_allowed=True)

    class OddMail(AddressMail):
        template: ClassVar[str] = "a/link"

        link_id: str
        parts: tuple[OddPart, ...]

    (only,) = problems((OddMail, DayMail))
    assert "OddPart.value: a" in only
    assert only.endswith("has no stored form; see app/mail/values.py")


def test_a_process_says_every_problem_and_does_not_start():
    templates = Environment(loader=DictLoader({"mail/a/x.txt": "", "mail/a/y.txt": ""}))  # noqa: S701
    with pytest.raises(WrongKinds) as refused:
        demand_whole(MailKinds(()), templates)
    assert len(str(refused.value).splitlines()) == 2
