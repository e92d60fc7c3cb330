"""An enum whose members have a label that people read."""

from enum import StrEnum
from typing import Self

from app.kit.messages import Message


class LabelledEnum(StrEnum):
    """An enum of words that are stored or stand in addresses, each with its label: `passed = "passed",
    msg("Passed")`."""

    label: Message

    def __new__(cls, value: str, label: Message) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
