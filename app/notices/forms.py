"""Forms of the pages of notices."""

from pydantic import AwareDatetime, Field

from app.web.forms import Form, label


class ReadAllForm(Form):
    """Marks the notices up to `until` as read: those that the page has shown."""

    until: AwareDatetime = Field(title=label("newest notice shown"))
