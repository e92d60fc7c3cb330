"""Words the whole product shares. Standard library only."""
