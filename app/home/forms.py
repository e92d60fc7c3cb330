"""Forms of the office's pages of undelivered mails and work."""

from pydantic import Field

from app.db.paging import PAGE_SIZE
from app.kit.ids import EventId
from app.outbox.queries import ShownEvents
from app.web.forms import Form, label


class UndeliveredForm(Form):
    """What to do with the ticked rows, with the one whose own button was pressed, or with every one. `show`
    is the list on which the button is."""

    event: tuple[EventId, ...] = Field((), title=label("rows"), max_length=PAGE_SIZE)
    only: EventId | None = Field(None, title=label("row"))
    every: bool = Field(False, title=label("every row"))
    show: ShownEvents = Field(ShownEvents.given_up, title=label("list"))

    def chosen(self) -> tuple[EventId, ...]:
        return (self.only,) if self.only is not None else self.event
