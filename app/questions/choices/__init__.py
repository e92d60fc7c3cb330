"""What the types have in common whose answer is a choice of options."""
