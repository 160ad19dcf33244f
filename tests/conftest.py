"""Before NumPy is imported: one thread for linear algebra, as the matrices are tiny and the tests run in parallel."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
