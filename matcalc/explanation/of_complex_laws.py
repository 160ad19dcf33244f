"""How derivatives by complex variables are read off: name, title, identity and source of each law."""

HJORUNGNES = "Hjørungnes & Gesbert (2007)"
OF_COMPLEX = (
    ("read-off by a conjugate", "the derivative by the conjugate is what its differential is multiplied by",
     "df = tr(P'dX) + tr(Q'dconj(X))  =>  df/dconj(X) = Q", HJORUNGNES),
    ("read-off of a holomorphic function", "dconj(X) does not occur, so the function is holomorphic",
     "df = tr(P'dX)  =>  df/dX = P", HJORUNGNES),
    ("read-off by both", "the derivatives are what the differentials are multiplied by",
     "df = tr(P'dX) + tr(Q'dconj(X))  =>  df/dX = P, df/dconj(X) = Q", HJORUNGNES),
    ("read-off in real coordinates", "twice the derivative by the conjugate, or its conjugate",
     "df = Re tr(G^H dX)  =>  G = 2 df/dconj(X)", "Brandwood (1983)"),
    ("read-off among structured matrices", "the gradient among matrices with the structure",
     "df = Re tr(G^H dX)  =>  G, projected", "Absil, Mahony & Sepulchre (2008) 3.6.1"),
    ("read-off of the conjugate among structured matrices", "the conjugate of the gradient among such matrices",
     "df = Re tr(G' dX)  =>  G, projected", "Absil, Mahony & Sepulchre (2008) 3.6.1"),
)
