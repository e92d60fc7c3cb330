"""One option is right, and one is chosen."""
