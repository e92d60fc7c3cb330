"""Documents as PDF: made by typst, each in a process of its own, few at a time. Knows no HTTP."""
