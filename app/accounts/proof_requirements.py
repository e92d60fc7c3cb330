"""Which personal details need a fresh proof, and the text of the page that asks for it."""

from typing import Final

from app.accounts.domain import PROFILE_WORDS, Profile
from app.kit.messages import msg

KEPT_WORDS = {
    "yes": msg(
        "What you typed is kept for 30 minutes and stands there again afterwards. Nothing is saved yet."
    ),
    "no": msg(
        "What you typed could not be kept. Before you go on, go back with your browser’s Back button, "
        "where it may still stand, and copy it."
    ),
    "nothing": msg("What you pressed was not done yet. Afterwards press it again."),
}
"""Whether the form that needs a proof is stored."""

NEED_NO_PROOF: Final = frozenset({"theme", "language"})


def details_to_prove(before: Profile, after: Profile, *, by_token: bool) -> frozenset[str]:
    """Return the changed personal details that need a fresh proof of identity.

    The theme and the language are not among them. An API token cannot prove anything, so it may only
    fill in empty fields that a place requires; that takes nothing away from anyone.
    """
    old, new = before.record, after.record
    changed = {name for name in old if name not in NEED_NO_PROOF and old[name] != new[name]}
    if by_token:
        changed -= {name for name in PROFILE_WORDS if old[name] in (None, "")}
    return frozenset(changed)
