"""The rules of attempts: pure, without a clock, a database or a key."""
