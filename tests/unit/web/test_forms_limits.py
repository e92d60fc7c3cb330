"""The limits that forms tell: in the unit of their field, so that what is told can be typed."""

import re
from typing import Any

import pytest
from pydantic.fields import FieldInfo

from app.enrolments.forms import IntakeForm
from app.kit.currency import Currency
from app.kit.errors import Invalid
from app.web.forms import Form, Submission
from tests.make.form_classes import every_form

TOLD = re.compile(r"^Enter (\S+) or (?:less|more)\.$")


def limited(field: FieldInfo, side: str) -> bool:
    return any(getattr(constraint, side, None) is not None for constraint in field.metadata)


FIELDS = sorted(
    {
        (form, name, beyond)
        for form in every_form()
        for name, field in form.model_fields.items()
        for side, beyond in (("le", "999999999"), ("ge", "-999999999"))
        if limited(field, side)
    },
    key=str,
)


def complaint(form: type[Form], name: str, typed: str) -> str | None:
    """Return what a form says of one field; what it says of the others does not matter here."""
    try:
        form.read(Submission({name: (typed,)}), currency=Currency("GBP"))
    except Invalid as refused:
        return str(refused.fields[name]) if name in refused.fields else None
    return None


@pytest.mark.parametrize(
    ("form", "name", "beyond"),
    FIELDS,
    ids=[f"{form.__name__}.{name}{beyond[:1]}" for form, name, beyond in FIELDS],
)
def test_the_limit_that_is_told_can_be_typed(form: type[Form], name: str, beyond: str):
    said = complaint(form, name, beyond)
    assert said is not None
    told = TOLD.match(said)
    if told is None:  # the field takes no such writing at all, and says which it takes
        assert "such as" in said or "whole number" in said
        return
    assert complaint(form, name, told[1]) is None, f"{told[1]} was told, and is refused"


@pytest.mark.parametrize("typed", ["200000", "100000.01", "£1,000,000"])
def test_a_price_above_the_limit_is_told_the_limit_in_pounds(typed: Any):
    assert complaint(IntakeForm, "price", typed) == "Enter 100,000.00 or less."


def test_there_are_limits_to_look_at():
    assert len(FIELDS) >= 5
