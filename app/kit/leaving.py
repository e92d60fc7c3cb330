"""When the personal data of a closed account are deleted, and what replaces them."""

from datetime import timedelta
from typing import Final

LEAVING: Final = timedelta(days=90)
"""How long a closed account can be opened again. Then `app.retention` deletes its data."""
NAME_OF_WHO_LEFT: Final = "Person who left"
LEFT_ADDRESS: Final = "@left.invalid"
"""The ending of addresses that replace real ones. No mail can be sent there."""
