"""The HTML routes of practicals: for students and visitors, for those who teach, for admins."""
