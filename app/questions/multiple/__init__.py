"""Some options are right, and exactly these are chosen."""
