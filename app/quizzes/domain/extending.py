"""Giving an attempt more time, while it runs or after its end. No clock, no database."""

from enum import StrEnum


class ExtensionKind(StrEnum):
    """`given_back`: time for an attempt that was running. `reopened`: it had ended and runs again.
    `outage`: what an outage took from everyone who was sitting the quiz."""

    given_back = "given_back"
    reopened = "reopened"
    outage = "outage"
