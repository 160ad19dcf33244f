"""Index notation in print."""
