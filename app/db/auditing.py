"""Runs the checks of `preceptor audit`. Data that a check cannot read are a finding and do not end
the audit."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from traceback import extract_tb
from typing import Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

Thing = TypeVar("Thing")
APP = Path(__file__).parent.parent


class Check(Protocol):
    """A function that returns one sentence for each row that breaks an invariant; its name says
    what must hold."""

    def __call__(self, db: Session, *, now: datetime) -> Iterable[str]: ...


def findings(db: Session, checks: Sequence[Check], *, now: datetime) -> list[str]:
    """Return the findings of all checks. A check that fails is itself a finding, with its name."""
    sentences: list[str] = []
    for check in checks:
        try:
            # On PostgreSQL a failed statement would end the transaction for all later checks.
            with db.begin_nested():
                sentences += check(db, now=now)
        except Exception as error:
            sentences.append(f"The check {name_of(check)} could not be made: {_where(error)}.")
    return sentences


def findings_of_each(
    things: Iterable[Thing], name: Callable[[Thing], str], look: Callable[[Thing], Iterable[str]]
) -> list[str]:
    """Return the findings of `look` for each thing. A thing that cannot be read is a finding with
    its name; errors of the database are left to `findings`."""
    sentences: list[str] = []
    for thing in things:
        try:
            sentences += look(thing)
        except SQLAlchemyError:
            raise
        except Exception as error:
            sentences.append(f"{name(thing)} could not be checked: {_where(error)}.")
    return sentences


def name_of(check: Check) -> str:
    """quizzes.attempts_add_up"""
    module = getattr(check, "__module__", "").removeprefix("app.").removesuffix(".checks")
    return f"{module}.{getattr(check, '__name__', '')}"


def _where(error: Exception) -> str:
    """Return the class of an error and the last place in our code. Its message is left out, because
    it may contain personal data."""
    frames = [
        frame for frame in extract_tb(error.__traceback__) if APP in Path(frame.filename).parents
    ]
    if not frames:
        return type(error).__name__
    last = frames[-1]
    return f"{type(error).__name__} in {Path(last.filename).relative_to(APP)}, line {last.lineno}"
