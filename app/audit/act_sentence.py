"""One kind of act, as people read it."""

from dataclasses import dataclass

from app.kit.messages import Message


def act_text(text: str) -> str:
    """Mark the sentence of an act for translators. `{actor}` is who did it, `{person}` whom it concerns, and
    `{thing}` the practical, intake, certificate … it was done to. A sentence uses what it needs."""
    return text


@dataclass(frozen=True, slots=True)
class ActSentence:
    """`label` names the act in filters. `by_self` is the sentence if people did it to themselves, and
    `by_nobody` if no signed-in person did it; without them `by_person` serves for both."""

    label: Message
    by_person: str
    by_self: str | None = None
    by_nobody: str | None = None

    def text_for(self, *, is_by_somebody: bool, is_by_self: bool) -> str:
        """Return the sentence that fits who acted."""
        if not is_by_somebody:
            return self.by_nobody or self.by_person
        return self.by_self or self.by_person if is_by_self else self.by_person
