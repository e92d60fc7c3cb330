"""What people type and paste, as forms take it."""

from dataclasses import replace
from enum import Enum
from inspect import getsource
from sys import modules

import pytest
from pydantic import Field

from app.kit.errors import Invalid
from app.kit.messages import msg, msgs
from app.kit.words import ENGLISH_WORDS
from app.web.forms import Form, Submission, label
from tests.make.form_classes import every_form
from tests.make.pseudo_languages import BRACKETS


class NoteForm(Form):
    note: str = Field(title="the note", max_length=5)


def test_a_field_the_form_does_not_have_concerns_the_whole_form():
    with pytest.raises(Invalid) as refused:
        NoteForm.read(Submission({"note": ("too long",), "website": ("x",), "fax": ("y",)}))
    assert refused.value.fields == {
        "note": msgs("Use at most {n:plain} character.", "Use at most {n:plain} characters.", 5),
        "form": msg(
            "The form has no field “{name}”. Open the page again and retry.", name="website"
        ),
    }


class Colour(Enum):
    red = "red"


class LabelledForm(Form):
    day: str = Field(title=label("day"))
    email: str = Field(title=label("your e-mail address"))
    reason: str = Field(title=label("the reason"))
    colour: Colour = Field(title=label("colour"))
    topic: Colour = Field(title=label("the topic"))


def test_what_was_left_empty_is_named_with_its_article():
    with pytest.raises(Invalid) as refused:
        LabelledForm.read(Submission())
    assert {name: str(said) for name, said in refused.value.fields.items()} == {
        "day": "Enter the day.",
        "email": "Enter your e-mail address.",
        "reason": "Enter the reason.",
        "colour": "Choose the colour.",
        "topic": "Choose the topic.",
    }


def test_a_label_is_a_text_of_the_catalogue():
    with pytest.raises(Invalid) as refused:
        LabelledForm.read(Submission())
    words = replace(ENGLISH_WORDS, catalogue=BRACKETS)
    assert words.of(refused.value.fields["day"]) == "⟦Enter the ⟦day⟧.⟧"


EMPTY = sorted(
    (
        (form, name)
        for form in every_form()
        for name, field in form.model_fields.items()
        if field.is_required()
    ),
    key=str,
)


@pytest.mark.parametrize(
    ("form", "name"), EMPTY, ids=[f"{form.__name__}.{name}" for form, name in EMPTY]
)
def test_every_field_that_must_be_filled_in_has_a_label(form: type[Form], name: str):
    title = form.model_fields[name].title
    assert title
    assert title[0].islower()
    sources = [
        getsource(modules[kind.__module__]) for kind in form.__mro__ if issubclass(kind, Form)
    ]
    assert any(f'label("{title}")' in source for source in sources)
