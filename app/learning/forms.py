"""The form at the end of a lesson."""

from app.web.forms import Form


class MarkForm(Form):
    """It has no fields of its own: the address says which lesson."""
