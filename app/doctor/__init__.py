"""`preceptor doctor`: checks everything that an installation depends on, and says what to do.

It writes only one temporary file, sends no mail and shows no secret.
"""
