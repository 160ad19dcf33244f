"""Complex matrices: conjugates, Wirtinger derivatives, what is known to be real."""
