"""Is it convex: verdicts of textbooks, agreement with CVXPY, rules of composition, points against."""
