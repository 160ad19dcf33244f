"""Functions of practice with hand-written NumPy beside them, and what measures emitted code against it."""
