"""Plain functions that build valid values; what a test does not care about has a default."""

from datetime import UTC, datetime

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
"""The one fixed moment of the suite: a Tuesday morning in winter, when London is on UTC."""
