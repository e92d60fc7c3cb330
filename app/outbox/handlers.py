"""What a handler of a fact is, and the list of all handlers that a process has."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from app.db.database import Database
from app.kit.messages import msg
from app.kit.stored_documents import LaterVersionNeeded
from app.outbox.facts import FACTS, Fact

AnyFact = TypeVar("AnyFact", bound=Fact)


@dataclass(frozen=True, slots=True)
class Handler(Generic[AnyFact]):
    """One thing that follows from a fact.

    `prepare` does slow work outside any transaction; it opens read blocks of its own. It may run
    several times for one delivery. `act` writes, in the write block that marks the delivery as
    done; it waits for nothing but the database. Both may run again after a failure, so the
    outcome of a second run must be the same.
    """

    name: str
    fact: type[AnyFact]
    act: Callable[[Session, AnyFact, datetime], None]
    prepare: Callable[[Database, AnyFact], None] | None = None


class WrongHandlers(Exception):
    """The handlers of this process are not those that its facts name."""


class Handlers:
    """The handlers of a process, by the names of their facts and their own names."""

    def __init__(
        self, handlers: Iterable[Handler[Any]], *, unhandled: Iterable[type[Fact]] = ()
    ) -> None:
        """`unhandled` are the facts that have no handler. Raise WrongHandlers if a fact names a
        handler that is missing, or the other way round."""
        every = tuple(handlers)
        facts = {handler.fact for handler in every} | set(unhandled)
        self.facts: Mapping[str, type[Fact]] = {fact.name: fact for fact in facts}
        self._handlers = {(handler.fact.name, handler.name): handler for handler in every}
        if len(self.facts) < len(facts) or len(self._handlers) < len(every):
            raise WrongHandlers("Two facts, or two handlers of a fact, have the same name.")
        named = {(fact.name, name) for fact in facts for name in fact.handled_by}
        if wrong := sorted(named ^ set(self._handlers)):
            words = ", ".join(f"{name} of {fact}" for fact, name in wrong)
            raise WrongHandlers(f"Facts and handlers do not agree: {words}.")
        for fact in facts:
            if bool(fact.handled_by) == bool(fact.unhandled_because):
                raise WrongHandlers(f"{fact.name} needs handlers, or a reason why it has none.")

    def __iter__(self) -> Iterator[Handler[Any]]:
        return iter(self._handlers.values())

    def names_of(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the handlers of each fact."""
        return {name: fact.handled_by for name, fact in self.facts.items()}

    def fact_of(self, name: str, payload: Mapping[str, Any]) -> Fact:
        """Read a stored fact. Raise LaterVersionNeeded if only later versions can."""
        fact = self.facts.get(name)
        if fact is None:
            raise LaterVersionNeeded(FACTS, msg("one is named “{name}”", name=name), newest=1)
        return fact.from_payload(payload)

    def handler_of(self, fact: Fact, name: str | None) -> Handler[Any]:
        """Return a handler by its name. Raise LaterVersionNeeded if this version has none."""
        handler = self._handlers.get((fact.name, name or ""))
        if handler is None:
            work = msg(
                "“{name}” follows from one that is named “{fact}”", name=name or "", fact=fact.name
            )
            raise LaterVersionNeeded(FACTS, work, newest=fact.version)
        return handler
