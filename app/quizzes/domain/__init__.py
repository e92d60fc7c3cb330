"""The rules of attempts. No clock, no database, no keys."""
