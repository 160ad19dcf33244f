"""Curvature: proofs that an expression is convex or concave in an unknown, by composition and by derivatives."""
