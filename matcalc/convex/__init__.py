"""Is it convex? The verdict on a formula: a proof with its conditions, or points that contradict it."""
