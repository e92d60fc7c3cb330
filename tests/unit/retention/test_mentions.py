"""Names of people who left are taken out of what others typed, and out of nothing else."""

from app.kit.messages import msg
from app.kit.stored_messages import from_stored, to_stored
from app.retention.mentions import REMOVED, Mentions


def test_a_message_loses_the_names_in_its_values_and_keeps_its_text():
    """A person may call themselves like a sentence of ours, and that sentence must stay whole."""
    stored = to_stored(msg("The Waiting List: ask {name}.", name="The Waiting List"))
    taken_out = Mentions(("The Waiting List",)).taken_out({"said": stored})["said"]
    assert from_stored(taken_out) == msg("The Waiting List: ask {name}.", name=REMOVED)
