"""Functions of Python files, read as formulas."""
