"""The judge of claims: diagnoses, a corpus of mutations, and the V-curve."""
