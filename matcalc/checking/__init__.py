"""The parts of a numeric check: claims as linear maps, finite differences, the worst entry, the verdict."""
