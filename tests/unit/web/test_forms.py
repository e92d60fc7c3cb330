"""What people type and paste, as forms take it."""

import pytest
from pydantic import Field

from app.kit.errors import Invalid
from app.web.forms import Form, Submission, as_seen


class NoteForm(Form):
    note: str = Field(title="the note", max_length=5)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("one\r\ntwo\rthree\u2028four\u0085five", "one\ntwo\nthree\nfour\nfive"),
        ("ann\u200b@example.org\ufeff", "ann@example.org"),
        ("a\x00b\x07\x1b[31m\x7f\ufffe", "ab[31m"),
        ("tab\tstays", "tab\tstays"),
        ("می\u200cروم 👩🏽\u200d⚕️", "می\u200cروم 👩🏽\u200d⚕️"),
        ("\u200fשלום \u202a1\u202c", "\u200fשלום \u202a1\u202c"),
    ],
)
def test_what_nobody_sees_is_left_out_and_nothing_else(typed, expected):
    assert as_seen(typed) == expected


def test_a_field_the_form_does_not_have_concerns_the_whole_form():
    with pytest.raises(Invalid) as refused:
        NoteForm.read(Submission({"note": ("too long",), "website": ("x",), "fax": ("y",)}))
    assert refused.value.fields == {
        "note": "Use at most 5 characters.",
        "form": "The form has no field “website”. Open the page again and retry.",
    }
