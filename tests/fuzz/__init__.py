"""Random, mutated and hostile input: an answer or a clear refusal, soon, whatever is typed.

`python -m tests.fuzz --count 100000` is the long run; pytest runs the fast targets, one per layer.
"""
