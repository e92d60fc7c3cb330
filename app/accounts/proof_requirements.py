"""What a fresh proof is about: which personal details need one, and what the page that asks for it says."""

from dataclasses import asdict

from app.accounts.domain import PROFILE_WORDS, Profile

KEPT_WORDS = {
    "yes": "What you typed is kept for 30 minutes and stands there again afterwards. Nothing is saved yet.",
    "no": "What you typed could not be kept. Before you go on, go back with your browser’s Back button, "
    "where it may still stand, and copy it.",
    "nothing": "What you pressed was not done yet. Afterwards press it again.",
}
"""What became of the form that needs a proof."""


def details_to_prove(before: Profile, after: Profile, *, by_token: bool) -> frozenset[str]:
    """Return the personal details that only a person who has just proved who they are may change so.

    The theme is none. A token of the API cannot prove anything, so it may fill in what a place asks for
    and nobody has answered yet: that takes nothing from anybody.
    """
    old, new = asdict(before), asdict(after)
    changed = {name for name in old if name != "theme" and old[name] != new[name]}
    if by_token:
        changed -= {name for name in PROFILE_WORDS if old[name] in (None, "")}
    return frozenset(changed)
