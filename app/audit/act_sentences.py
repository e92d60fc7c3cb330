"""Every act that is recorded today, with its sentence."""

from typing import Final

from app.audit.act_sentence import ActSentence
from app.audit.sentences_about_courses import ABOUT_COURSES
from app.audit.sentences_about_people import ABOUT_PEOPLE
from app.audit.sentences_about_seats import ABOUT_SEATS
from app.kit.messages import Message, Text, msg

ACT_SENTENCES: Final[dict[str, ActSentence]] = {
    **ABOUT_PEOPLE,
    **ABOUT_COURSES,
    **ABOUT_SEATS,
}


def act_label(action: str) -> Text:
    """Return the name of an act. An act that an earlier version recorded and this one does not know is named
    by its stored words: `accounts.badge_printed` becomes “Badge printed”."""
    if action in ACT_SENTENCES:
        return ACT_SENTENCES[action].label
    words = action.rpartition(".")[2].replace("_", " ")
    return words[:1].upper() + words[1:]


def act_sentence(
    action: str,
    *,
    actor: tuple[Text, Text],
    person: tuple[Text, Text],
    thing: Text,
    is_by_somebody: bool,
    is_by_self: bool,
) -> Message:
    """Return the sentence of an act. `actor` and `person` are each a name inside a sentence and at its
    beginning. An act that this version does not know is told by its name."""
    sentence = ACT_SENTENCES.get(action)
    if sentence is None:
        return msg("{act}, by {actor}.", act=act_label(action), actor=actor[0])
    text = sentence.text_for(is_by_somebody=is_by_somebody, is_by_self=is_by_self)
    values = {"actor": actor, "person": person, "thing": (thing, thing)}
    return Message(
        text,
        tuple(
            (name, values[name][text.startswith("{" + name + "}")])
            for name in ("actor", "person", "thing")
            if "{" + name + "}" in text
        ),
    )
