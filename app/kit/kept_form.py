"""A form that was sent and could not be accepted: what is stored of it until its sender may send it again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

LASTS: Final = timedelta(minutes=30)
"""How long a form is stored."""
MOST_CHARACTERS = 64 * 1024
_PLUMBING = re.compile(r"^(version|expected_\w+|next|token|ended|kept)$")


class KeptReason(StrEnum):
    """Why a form was stored and not accepted."""

    ended = "ended"
    proof = "proof"


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What was typed (`fields`), where it was sent (`action`), and the page of the form (`page`)."""

    page: str
    action: str
    fields: Mapping[str, tuple[str, ...]] = field(repr=False)
    why: KeptReason = KeptReason.ended

    @property
    def typed(self) -> dict[str, tuple[str, ...]]:
        """The fields that the person filled in."""
        return {
            name: values
            for name, values in self.fields.items()
            if not _PLUMBING.match(name) and any(value.strip() for value in values)
        }

    @property
    def can_be_kept(self) -> bool:
        """Return whether there is something to store, and not too much."""
        length = sum(len(text) for texts in self.fields.values() for text in texts)
        return bool(self.typed) and length <= MOST_CHARACTERS


@dataclass(frozen=True, slots=True)
class EndedSignIn:
    """How a sign-in ended, and the id of the form that was stored for its owner, if any."""

    how: str
    kept_id: str | None = None
