"""How long each stored row stays, why, and what happens at the end.

`rules` joins the one table of it: the page about privacy and docs/retention.md show it, `endings` says in
conditions of the database what each rule means, `sweeping` obeys them for the worker, and `checks` holds them
for `preceptor audit`. A table without a rule fails a test.
"""
