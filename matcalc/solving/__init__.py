"""Set it to zero and solve: stationary points in closed form, multipliers, and what kind of point it is.

A module for each idea: a problem with its gradients (`posed`), an equation read as affine in its unknown and solved
(`affine`), functions that can be undone (`images`), the equations it is subject to (`constraint`), multipliers
eliminated (`elimination`), one unknown (`single`) and several in turn (`several`), equations as such (`equations`),
minima on a quadric (`quadric`), the second differential (`curving`), the kind of the point (`nature`), where it holds
(`holding`), the try at random data (`trial`), all of them together (`closed`), the answer (`solution`), the same in
the letters of a sum (`as_sums`), its program (`coded`), and the conditions under inequalities (`kkt`).
"""
