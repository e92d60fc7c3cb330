"""The demo academy: small, invented, with people at every stage, made by the same use-cases as the
pages.

Dates are relative to the first start. Names are invented; no photograph or record of a real person is used.
"""
