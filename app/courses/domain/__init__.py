"""Courses as frozen values: parsed from files, rendered and compared."""
