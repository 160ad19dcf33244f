"""The command line: reads arguments, calls `api`, lays out what it returns. No mathematics lives here."""
