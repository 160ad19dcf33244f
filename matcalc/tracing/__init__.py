"""The evaluation trace of a formula as it was typed: v₁ … vₙ, one operation each, with tangents and adjoints.

Forward mode pushes tangents v̇ from the inputs, reverse mode pulls adjoints v̄ from the result. Both take the
differential of one operation at a time from the rules; nothing here knows a derivative.
"""
