"""Before NumPy is imported: one thread for linear algebra, as the matrices are tiny and the tests run in parallel.

No property has a deadline: a busy machine is no failure. The run of what is slow takes samples whole.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import settings

from tests import samples

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    samples.take_all(config)
