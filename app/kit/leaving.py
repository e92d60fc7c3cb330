"""When the personal data of a closed account end, and what stands in their place then."""

from datetime import timedelta
from typing import Final

LEAVING: Final = timedelta(days=90)
"""How long a closed account can be opened again: a rule of `app.retention`, which ends the data then."""
NAME_OF_WHO_LEFT: Final = "Person who left"
LEFT_ADDRESS: Final = "@left.invalid"
"""The end of what stands for an address: nobody can be written to there."""
