"""The tests mirror matcalc/; test_rules.py loops over the rule table."""
