"""From a posed problem to its derivative as plain data: what was asked, the formula, and the statements that make it
true. Printing, explaining, code and the objects that people hold stand above, in `api`."""
