"""Forms of the office's pages."""

from app.web.forms import Form


class NoFields(Form):
    """A button: nothing is typed."""
