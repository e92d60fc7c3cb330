"""Recognises the devices and networks from which a person has signed in before.

A known device has a cookie with an entry for each account that signed in there. The entry
identifies the account by a keyed digest that only this installation can make, and becomes invalid
when the password changes. It gives no access: its holder only has tries of their own, which
strangers cannot use up (`rate_limits`).
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from app.accounts.domain import network_block
from app.kit.ids import UserId

DEVICE_LASTS: Final = timedelta(days=180)
NETWORK_LASTS: Final = timedelta(days=60)
MOST_NETWORKS: Final = 10
"""How many networks of a person are stored; the latest ones are kept."""
MOST_ACCOUNTS: Final = 5
"""For how many accounts a device is known; the latest ones are kept."""
_FORMAT: Final = "1"
_DEVICE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Recognition:
    """The means to recognise a browser: its cookie `held`, and our `secret`."""

    secret: str = field(repr=False)
    held: str = field(default="", repr=False)

    def device_of(
        self, user_id: UserId | None, password_hash: str | None, *, now: datetime
    ) -> str | None:
        """Return the name of this device if the account has signed in on it with its current
        password."""
        if user_id is None or password_hash is None:
            return None
        for entry in self._entries():
            device = self._device_in(entry, user_id, password_hash, now)
            if device is not None:
                return device
        return None

    def cookie_with(self, user_id: UserId, password_hash: str, *, now: datetime) -> str:
        """Return the cookie for this browser after the account has signed in. A device keeps its
        name, so that an old copy of the cookie has no separate tries."""
        device = self.device_of(user_id, password_hash, now=now)
        others = [
            entry
            for entry in self._entries()
            if self._device_in(entry, user_id, password_hash, now) is None
        ]
        device = device or secrets.token_hex(_DEVICE_BYTES)
        issued = str(int(now.timestamp()))
        seal = self._seal(device, issued, user_id, password_hash)
        newest = ".".join((_FORMAT, device, issued, seal))
        return "~".join([newest, *others][:MOST_ACCOUNTS])

    def network_key(self, user_id: UserId, network: str) -> str:
        """Return the digest by which a network of a person is stored. It reveals nothing without
        our secret."""
        words = f"network:{user_id}:{network_block(network)}"
        return hmac.new(self.secret.encode(), words.encode(), sha256).hexdigest()

    def _entries(self) -> list[str]:
        return self.held.split("~")[:MOST_ACCOUNTS] if self.held else []

    def _device_in(
        self, entry: str, user_id: UserId, password_hash: str, now: datetime
    ) -> str | None:
        parts = entry.split(".")
        if len(parts) != 4 or parts[0] != _FORMAT:
            return None
        _, device, issued, seal = parts
        right = self._seal(device, issued, user_id, password_hash)
        if not hmac.compare_digest(seal.encode(), right.encode()):
            return None
        is_old = int(issued) <= (now - DEVICE_LASTS).timestamp()
        return None if is_old else device

    def _seal(self, device: str, issued: str, user_id: UserId, password_hash: str) -> str:
        words = "\n".join((f"device {_FORMAT}", device, issued, str(user_id), password_hash))
        return hmac.new(self.secret.encode(), words.encode(), sha256).hexdigest()
