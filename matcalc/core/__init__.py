"""The core: dimensions, the expression, and functions as the rules state them."""
