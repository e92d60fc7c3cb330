"""Copies of a whole installation: made while it runs, proved, and put back."""
