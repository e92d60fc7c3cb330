"""Identifiers sort as they were made."""

from app.kit.ids import new_uuid


def test_those_of_one_process_sort_as_they_were_made():
    """The outbox delivers in the order of its identifiers, however fast they were made."""
    made = [new_uuid() for _ in range(2_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {one.version for one in made} == {7}
    assert {one.variant for one in made} == {"specified in RFC 4122"}
