"""Forms of the page of leftovers."""

from app.web.forms import Form


class NoFields(Form):
    """A button."""
