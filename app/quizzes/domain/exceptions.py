"""What the academy gave a student at a quiz beyond what the quiz gives everyone."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptExceptions:
    """The exceptions that apply to one student at one quiz, put together.

    The time limit is multiplied by `factor`, then `extra_minutes` are added. No attempt starts before
    `opens_at`, and none runs beyond `closes_at`. `extra_attempts` are added to those of the quiz.
    """

    extra_minutes: int = 0
    factor: Fraction = Fraction(1)
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    extra_attempts: int = 0


NO_EXCEPTIONS: Final = AttemptExceptions()
