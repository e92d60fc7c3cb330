"""Home pages for each role: what matters now, read from all features."""
