"""The one currency of an academy: how an amount is printed, typed and read.

Amounts are whole numbers of the smallest unit everywhere (pence, cents, yen); this module is the only place
that knows how many of them make one unit of the currency.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_CODES: Final = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
_NO_DECIMALS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS: Final = "BHD IQD JOD KWD LYD OMR TND"
CODES: Final = frozenset(_CODES.split())
"""The currencies of ISO 4217 that people pay with."""
_DECIMALS: Final = dict.fromkeys(_NO_DECIMALS.split(), 0) | dict.fromkeys(
    _THREE_DECIMALS.split(), 3
)
_SIGNS: Final = {
    "AUD": "A$",
    "CAD": "C$",
    "EUR": "€",
    "GBP": "£",
    "GHS": "₵",
    "HKD": "HK$",
    "ILS": "₪",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "NGN": "₦",
    "NZD": "NZ$",
    "PHP": "₱",
    "SGD": "S$",
    "TRY": "₺",
    "UAH": "₴",
    "USD": "$",
    "VND": "₫",
}


class NotAnAmount(ValueError):
    """What was typed is no amount of the currency."""


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency by its code of ISO 4217, such as `GBP`. A code that is not in `CODES` is a ValueError."""

    code: str

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"{self.code} is not a currency of ISO 4217")

    @property
    def sign(self) -> str:
        """`£`; where a currency has no sign that everyone reads, its code and a space that does not break."""
        return _SIGNS.get(self.code, f"{self.code}\u00a0")

    @property
    def decimals(self) -> int:
        """How many decimal places an amount has: 2 for pounds, 0 for yen, 3 for Kuwaiti dinars."""
        return _DECIMALS.get(self.code, 2)

    def amount(self, minor: int) -> Decimal:
        """Return `125050` pence as the number 1250.50."""
        return Decimal(minor).scaleb(-self.decimals)

    def words(self, minor: int) -> str:
        """£1,250 or £1,250.50"""
        return f"{self.sign}{self.plain(minor)}"

    def plain(self, minor: int) -> str:
        """1,250 or 1,250.50: decimal places are shown where they are not all zero."""
        amount = self.amount(minor)
        return f"{amount:,.0f}" if amount == amount.to_integral() else f"{amount:,f}"

    def typed(self, minor: int) -> str:
        """1250 or 1250.50: how a form shows an amount so that it can be typed over."""
        return self.plain(minor).replace(",", "")

    @property
    def example(self) -> str:
        """1,250.50: an amount as it may be typed."""
        return f"1,250.{'50'.ljust(self.decimals, '0')}" if self.decimals else "1,250"

    def exact(self, minor: int) -> str:
        """1250.00: every decimal place and no comma, as programs read amounts."""
        return f"{self.amount(minor):f}"

    def read(self, typed: str) -> int:
        """Read 1250, 1,250.50 or £1,250 as whole smallest units; raise NotAnAmount for anything else."""
        sign = "|".join(re.escape(mark) for mark in (self.sign.strip(), self.code))
        decimals = rf"(\.[0-9]{{1,{self.decimals}}})?" if self.decimals else "()"
        pattern = rf"(?:{sign})?\s?([0-9]{{1,3}}(?:,[0-9]{{3}})*|[0-9]+){decimals}"
        match = re.fullmatch(pattern, typed.strip(), re.IGNORECASE)
        if match is None:
            raise NotAnAmount(typed)
        return int(Decimal(match[1].replace(",", "") + (match[2] or "")).scaleb(self.decimals))
