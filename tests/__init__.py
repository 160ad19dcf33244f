"""The tests mirror matcalc/; test_rules.py loops over the rule table.

Before NumPy is imported: one thread for linear algebra, as the matrices are tiny and what is run here runs in parallel.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
