"""Identifiers sort as they were made."""

from app.kit.ids import new_uuid


def test_those_of_one_process_sort_as_they_were_made():
    """The outbox delivers in the order of its identifiers, however fast they were made."""
    ids = [new_uuid() for _ in range(2_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {each_id.version for each_id in ids} == {7}
    assert {each_id.variant for each_id in ids} == {"specified in RFC 4122"}
