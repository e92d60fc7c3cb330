"""A cache in memory that holds only so many values."""

from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class BoundedCache(Generic[Key, Value]):
    """Values that never change, by their key. When `most` of them are stored, the oldest makes room for the
    next. Several threads may use it: reading takes no lock."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: dict[Key, Value] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Key) -> Value | None:
        """Return the value if it is stored."""
        return self._values.get(key)

    def store(self, key: Key, value: Value) -> Value:
        """Store a value and return it."""
        with self._lock:
            while len(self._values) >= self.most and key not in self._values:
                del self._values[next(iter(self._values))]
            self._values[key] = value
        return value
