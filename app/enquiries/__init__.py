"""Enquiries: a question anybody may send to the academy, and what became of it.

No account is needed. The sender gets a mail that it arrived, the academy gets the question itself with the
sender's address to reply to. Admins see what is not answered yet, and mark each as answered with a note on
what was said. How long an enquiry is kept is a rule of `app.retention`.
"""
