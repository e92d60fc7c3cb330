"""Home pages per role: what matters now, read across features."""
