"""The result of a check, and running several checks at once within a time limit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from threading import Thread
from time import monotonic
from typing import Final

from app.kit.error_descriptions import describe_error

LONGEST_LOOK: Final = 5.0
"""Time limit of one check, in seconds."""


class Verdict(StrEnum):
    """How urgent a finding is."""

    ok = "ok"
    attention = "attention"
    """Somebody should look at it in the next days."""
    fault = "fault"
    """Something does not work, or data are in danger."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `remedy` says in a sentence what to do; it is empty when all is
    well."""

    subject: str
    detail: str
    verdict: Verdict = Verdict.ok
    remedy: str = ""

    @property
    def fine(self) -> bool:
        return self.verdict is Verdict.ok

    @property
    def line(self) -> str:
        words = f"{self.verdict:<9} {self.subject}: {self.detail}"
        return f"{words} {self.remedy}".rstrip() if self.remedy else words

    def as_json(self) -> dict[str, object]:
        return {
            "subject": self.subject,
            "detail": self.detail,
            "verdict": str(self.verdict),
            "remedy": self.remedy,
            "fine": self.fine,
        }


def fault(subject: str, detail: str, remedy: str = "") -> Finding:
    return Finding(subject, detail, Verdict.fault, remedy)


def attention(subject: str, detail: str, remedy: str = "") -> Finding:
    return Finding(subject, detail, Verdict.attention, remedy)


@dataclass(frozen=True, slots=True)
class Look:
    """One check of the installation. `subject` names it if it ends without a finding."""

    subject: str
    at: Callable[[], Sequence[Finding]]


def look_at_all(looks: Sequence[Look], *, seconds: float = LONGEST_LOOK) -> list[Finding]:
    """Return the findings of all checks, in their order. All checks run at the same time. One that
    fails or takes longer than `seconds` becomes a finding and delays no other."""
    done: dict[int, list[Finding]] = {}

    def look(place: int) -> None:
        subject = looks[place].subject
        try:
            done[place] = list(looks[place].at())
        except Exception as error:  # an error in one check must not end the others
            words = f"could not be looked at: {describe_error(error)}."
            done[place] = [fault(subject, words)]

    threads = [Thread(target=look, args=(place,), daemon=True) for place in range(len(looks))]
    for thread in threads:
        thread.start()
    ends = monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, ends - monotonic()))
    late = f"gave no answer within {seconds:g} seconds."
    return [
        finding
        for place, each in enumerate(looks)
        for finding in done.get(place, [fault(each.subject, late)])
    ]
