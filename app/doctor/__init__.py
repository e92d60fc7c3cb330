"""`preceptor doctor`: looks at everything that an installation depends on, and says what to do.

Nothing is changed but one temporary file, no mail is sent, and no secret is shown.
"""
