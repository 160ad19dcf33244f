"""Plans: an expression, with all its derivatives, as a graph of kernels on arrays.

`lower` reads expressions as products of arrays with labelled axes, passes improve the graph, each by one law, and
`planning` runs them and puts the graph into lines. A target spells the lines in its language.
"""
