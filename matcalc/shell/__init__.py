"""The prompt: what a session knows and how it answers a line, without any editor; and the editor, thin above it."""
