"""Programs: a derivative as a NumPy module that checks itself against central differences when it is run."""
