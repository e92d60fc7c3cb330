"""How exact a decimal number is."""

from decimal import Decimal


def decimals_of(number: Decimal) -> int:
    """Return how many decimals a number has. Zeros at its end are not counted: 2.50 has one."""
    exponent = number.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
