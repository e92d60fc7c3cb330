"""Items are put in their order."""
