"""Curvature: proofs that an expression is convex or concave in an unknown, by rules of composition and by derivatives."""
