"""Notebooks: how every answer looks as a page, and magics that take formulas without quotes."""
