"""An append-only record of who did what to what, when and why, written with the act itself."""
