"""A page in the browser: a question and its answer as plain data, and what serves them from this machine."""
