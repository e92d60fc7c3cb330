"""What a course is, as frozen values: parsed from files, rendered, compared, and never changed."""
