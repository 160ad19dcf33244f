"""From a posed problem to a derivative as an object: gradients, Jacobians, Hessians, directional derivatives."""
