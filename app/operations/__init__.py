"""What is done to an installation as a whole: audits of its data, and copies of it."""
