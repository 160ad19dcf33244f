"""Set it to zero and solve: stationary points in closed form, multipliers, and what kind of point it is.

A module for each idea: an equation read as affine in its unknown and solved (`affine`), the equations it is subject
to (`constraint`), multipliers eliminated (`elimination`), minima on a quadric (`quadric`), the kind of the point
(`nature`), where it holds (`holding`), the try at random data (`trial`), all of them together (`closed`), and the
answer (`solution`).
"""
