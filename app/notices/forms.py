"""Forms of the pages of notices."""

from pydantic import AwareDatetime, Field

from app.web.forms import Form


class ReadAllForm(Form):
    """A button that says which notices its page has shown: those up to `until`."""

    until: AwareDatetime = Field(title="newest notice shown")
