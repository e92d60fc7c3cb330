"""The list of handlers of a process: wrong ones are refused at its start."""

from typing import ClassVar

import pytest

from app.kit.stored_documents import LaterVersionNeeded
from app.outbox.facts import Fact
from app.outbox.handlers import Handler, Handlers, WrongHandlers


class BellRung(Fact):
    name: ClassVar[str] = "bell.rung"
    handled_by: ClassVar[tuple[str, ...]] = ("open-door",)


class BellHeard(Fact):
    name: ClassVar[str] = "bell.rung"
    handled_by: ClassVar[tuple[str, ...]] = ("bark",)


class BellPainted(Fact):
    name: ClassVar[str] = "bell.painted"


class BellPolished(Fact):
    name: ClassVar[str] = "bell.polished"
    unhandled_because: ClassVar[str] = "nobody looks at it"


def nothing(*_arguments: object) -> None:
    """A handler that does nothing."""


OPEN_DOOR = Handler("open-door", BellRung, nothing)


@pytest.mark.parametrize(
    ("handlers", "unhandled", "words"),
    [
        ([], [BellRung], "do not agree: open-door of bell.rung"),
        ([OPEN_DOOR, Handler("sing", BellRung, nothing)], [], "do not agree: sing of bell.rung"),
        ([OPEN_DOOR, OPEN_DOOR], [], "the same name"),
        ([OPEN_DOOR, Handler("bark", BellHeard, nothing)], [], "the same name"),
        ([OPEN_DOOR], [BellPainted], "bell.painted needs handlers, or a reason"),
    ],
)
def test_facts_and_handlers_that_do_not_agree_are_refused(handlers, unhandled, words):
    with pytest.raises(WrongHandlers, match=words):
        Handlers(handlers, unhandled=unhandled)


def test_a_fact_and_its_handler_are_looked_up_by_their_names():
    handlers = Handlers([OPEN_DOOR], unhandled=[BellPolished])
    fact = handlers.fact_of("bell.rung", {})
    assert fact == BellRung()
    assert handlers.handler_of(fact, "open-door") is OPEN_DOOR
    assert handlers.names_of() == {"bell.rung": ("open-door",), "bell.polished": ()}
    with pytest.raises(LaterVersionNeeded, match=r"one is named “bell\.melted”"):
        handlers.fact_of("bell.melted", {})
    for unheard in ("sing", None):
        with pytest.raises(
            LaterVersionNeeded, match=r"follows from one that is named “bell\.rung”"
        ):
            handlers.handler_of(fact, unheard)
