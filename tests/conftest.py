"""No property has a deadline: a busy machine is no failure. The run of what is slow takes samples whole."""

from typing import Any

import pytest
from hypothesis import settings

from tests import samples

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    samples.take_all(config)


SHARING = ("explanation/test_corpus.py", "targets/test_programs.py", "printers/test_mathml.py",
           "printers/test_typst.py", "test_user_rules.py")  # ask for the same answers of the corpus


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With several workers, the tests of a file go to one of them, and so do the files that share answers."""
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadFileScheduling

    class BySharing(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return "the corpus" if file.endswith(SHARING) else file

    return BySharing(config, log)
