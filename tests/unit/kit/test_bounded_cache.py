"""A cache that holds only so many values."""

from app.kit.bounded_cache import BoundedCache


def test_the_oldest_value_makes_room() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    assert cache.get("a") is None
    assert cache.store("a", 1) == 1
    cache.store("b", 2)
    cache.store("c", 3)
    assert [cache.get(key) for key in "abc"] == [None, 2, 3]
    assert len(cache) == 2


def test_a_value_that_is_stored_again_takes_no_room_from_another() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    for key in "abb":
        cache.store(key, 1)
    assert [cache.get(key) for key in "ab"] == [1, 1]
