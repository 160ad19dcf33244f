"""The prompt: its session as a pure function, what stands below the line, what Tab offers, and the terminal."""
