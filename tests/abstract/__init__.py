"""Functions of which only shapes are declared."""
