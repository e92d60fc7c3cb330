"""Basic types and helpers that the whole product uses. Standard library only, apart from
cryptography."""
