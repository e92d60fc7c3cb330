"""Facts and mails written in the transaction that causes them, delivered afterwards.

`service.announce` records a fact (`assessment.passed`); `app.jobs` maps it to a use-case of a higher
feature. `service.send_to_address` and `app.notices` record mails. Delivery is at least once: handlers are
idempotent, and a mail's Message-ID is made of its row's id, so that a repeat is recognised.
"""
