"""All problems, in the order of their modules."""

from problems import covariances, factorisations, networks, regression, traces, vectors  # noqa: F401 - they enter them
from problems.problem import PROBLEMS, Problem

__all__ = ["PROBLEMS", "Problem"]
