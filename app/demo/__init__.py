"""The demo academy: a small, invented academy at every stage, made through the same use-cases as the pages.

Dates are relative to the first start. Names are invented; no photograph or record of a real person is used.
"""
