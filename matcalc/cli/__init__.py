"""The command line: reads arguments, calls `derive`, lays out what it returns. No mathematics lives here."""
