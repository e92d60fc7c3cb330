"""Enquiries: questions that anyone may send to the academy, and their answers.

No account is needed. The sender gets a mail that confirms the enquiry, and the academy gets a mail
about it. Admins see what is not answered yet, and mark each as answered with a note on the answer.
A rule of `app.retention` says how long an enquiry is kept.
"""
