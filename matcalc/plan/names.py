"""Names of kernels that several modules sort by what they do."""

ENTRYWISE = frozenset("""abs arccos arccosh arcsin arcsinh arctan arctanh cbrt cos cosh exp expm1 log log10 log1p log2
    sign sin sinh tan tanh floor ceil""".split())
VIEWS = frozenset("transpose column row spread reshape slice turn diagonal".split())  # of what lies there already
REAL_VALUED = frozenset("""abs squared_modulus real imag logabsdet lu_logabsdet hpd_logabsdet hpd_det square_norm less
    less_equal greater greater_equal equal not_equal and or""".split())  # of complex operands too
HOLOMORPHIC = frozenset("exp log sqrt sin cos tan sinh cosh tanh reciprocal".split())  # f(z̄) is conj(f(z))
LEAVES = frozenset("input number size constant".split())
