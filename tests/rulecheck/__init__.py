"""Tests of the checks that a rule file goes through before it is used."""
