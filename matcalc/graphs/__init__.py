"""Computation graphs: nodes are the lines of a trace, extended by the adjoint graph, drawn without outside help."""

from matcalc.graphs.model import Edge, Graph, Node, graph_of

__all__ = ["Edge", "Graph", "Node", "graph_of"]
