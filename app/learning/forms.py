"""The forms of learning."""

from pydantic import Field

from app.learning.reading_positions import LONGEST_ANCHOR
from app.web.forms import Form, label


class SectionForm(Form):
    section: str = Field(max_length=LONGEST_ANCHOR, title=label("section"))
