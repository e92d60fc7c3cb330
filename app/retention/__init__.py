"""How long each stored row stays, why, and what happens at the end.

`rules` holds the one table of retention rules; the privacy page and docs/retention.md show it.
`endings` turns each rule into database conditions, `sweeping` applies them in the worker, and
`checks` verifies them for `preceptor audit`. A database table without a rule fails a test.
"""
