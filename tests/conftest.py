"""Before NumPy is imported: one thread for linear algebra, as the matrices are tiny and the tests run in parallel.

No property has a deadline: a busy machine is no failure.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
