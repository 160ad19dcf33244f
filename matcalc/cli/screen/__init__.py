"""What is shown: terminals and lines for them, the words around formulas, derivations, verdicts and diagnostics."""
