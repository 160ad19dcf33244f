"""Numbers for expressions: sizes and random draws, the white list of templates, evaluation with NumPy."""
