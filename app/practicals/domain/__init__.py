"""Rules of practicals as pure functions: who may take a place and why not, who is next, what a plan
must fulfil. No clock, no database."""
