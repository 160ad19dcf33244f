"""Tests of the language: spellings, refusals, kinds, declarations."""
