"""What is computed, and how: from a formula, which is for the eye, to a program."""
