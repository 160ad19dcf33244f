"""Lines about entries and members: Σ over several indices, ∂f/∂wⱼ, ∂L/∂uᵢ; what is wrong in them is named."""

from __future__ import annotations

import matcalc

ERROR = "f = Σ_i (Σ_k x_{ik} w_k - y_i)^2\n∂f/∂w_j = "
PAIRS = "f = Σ_{i,j} ‖x_i - x_j‖²\n∂f/∂x_k = "
FACTORS = r"L = \sum_{i,j} (R_{ij} - u_i^\top v_j)^2" + "\n" + r"\frac{\partial L}{\partial u_i} = "
FORM = "f = Σ_{i,j} a_{ij} x_i x_j\n∂f/∂x_k = "
LOGISTIC = "L(w) = Σ_i log(1 + exp(-y_i w'x_i))\n∇L = "
SOFTMAX = "p_i = exp(z_i)/Σ_k exp(z_k)\n∂p_i/∂z_j = "
MEANS = "J = Σ_i Σ_k r_{ik} ‖x_i - m_k‖²\n∂J/∂m_k = -2 Σ_i r_{ik} (x_i - m_k) = 0\n"
RIGHT = [
    f"{MEANS}⇒ Σ_i r_{{ik}} x_i = m_k Σ_i r_{{ik}}\n⇒ m_k = Σ_i r_{{ik}} x_i / Σ_i r_{{ik}}",
    "σ(z) = 1/(1 + e^(-z))\nL(w) = -Σ_i (y_i log σ(w'x_i) + (1 - y_i) log(1 - σ(w'x_i)))\n"
    "∇L = Σ_i (σ(w'x_i) - y_i) x_i",
    "L(w) = -log σ(β (w'a - w'b))\n∇L = -β (1 - σ(β (w'a - w'b))) (a - b)\n = -β σ(-β w'(a - b)) (a - b)",
    f"{ERROR}2 Σ_i (Σ_k x_{{ik}} w_k - y_i) x_{{ij}}\n = 2 Σ_i x_{{ij}} (Σ_k x_{{ik}} w_k - y_i)",
    f"{PAIRS}4 Σ_j (x_k - x_j)",
    "f = Σ_{i,j} w_{ij} ‖x_i - x_j‖²\nw_{ij} = w_{ji}\n∂f/∂x_k = 4 Σ_j w_{kj} (x_k - x_j)",
    FACTORS + r"-2 \sum_j (R_{ij} - u_i^\top v_j) v_j",
    f"{FORM}Σ_j a_{{kj}} x_j + Σ_i a_{{ik}} x_i",
    "H(p) = -Σ_i p_i log p_i\n∂H/∂p_k = -log p_k - 1",
    "L = -Σ_i Σ_k y_{ik} log p_{ik}\n∂L/∂p_{ik} = -y_{ik}/p_{ik}",
    "J = Σ_i Σ_k r_{ik} ‖x_i - μ_k‖²\n∂J/∂μ_k = -2 Σ_i r_{ik} (x_i - μ_k) = 0",
    f"{LOGISTIC}-Σ_i y_i σ(-y_i w'x_i) x_i",
    f"{SOFTMAX}p_i(δ_ij − p_j)",
    r"p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}" + "\n" + r"\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)",
    "hᵢ = tanh(Σⱼ Wᵢⱼ xⱼ)\n∂hᵢ/∂xₖ = Wᵢₖ (1 − hᵢ²)",
    "L = -Σ_i y_i log p_i where p_i = exp(z_i)/Σ_k exp(z_k)\n∂L/∂z_j = p_j Σ_i y_i - y_j",
]
WRONG = [  # the text, the line that does not follow, what is said of it
    (f"{ERROR}Σ_i (Σ_k x_{{ik}} w_k - y_i) x_{{ij}}", 2, "1/2 times the gradient"),
    (f"{ERROR}2 Σ_i (Σ_k x_{{ik}} w_k - y_i) x_{{ji}}", 2, "one index has one range"),
    (f"{ERROR}2 Σ_i (Σ_k x_{{ik}} w_k - y_i) x_{{ij}}\n = 2 Σ_i x_{{ij}} (Σ_k x_{{ik}} w_k + y_i)", 3, "the term"),
    (f"{PAIRS}2 Σ_j (x_k - x_j)", 2, "1/2 times the gradient"),
    ("f = Σ_{i,j} w_{ij} ‖x_i - x_j‖²\n∂f/∂x_k = 4 Σ_j w_{kj} (x_k - x_j)", 2, "only if W is symmetric"),
    (FACTORS + r"2 \sum_j (R_{ij} - u_i^\top v_j) v_j", 2, "the sign is wrong"),
    (f"{FORM}2 Σ_j a_{{kj}} x_j", 2, "only if A is symmetric"),
    ("H(p) = -Σ_i p_i log p_i\n∂H/∂p_k = -log p_k + 1", 2, "sign of one term"),
    ("L = -Σ_i Σ_k y_{ik} log p_{ik}\n∂L/∂p_{ik} = y_{ik}/p_{ik}", 2, "the sign is wrong"),
    (f"{LOGISTIC}Σ_i y_i σ(-y_i w'x_i) x_i", 2, "the sign is wrong"),
    (f"{MEANS}⇒ m_k = Σ_i r_{{ik}} x_i", 3, "does not solve the condition"),
    ("L(w) = -log σ(β (w'a - w'b))\n∇L = β (1 - σ(β (w'a - w'b))) (a - b)", 2, "the sign is wrong"),
    (f"{SOFTMAX}p_i(δ_ij + p_j)", 2, "sign of one term"),
]


def test_right_lines_about_members_are_not_refuted() -> None:
    for text in RIGHT:
        found = matcalc.check(text)
        assert [(line.text, line.reason) for line in found.lines
                if line.verdict in ("does not follow", "not read")] == [], text
        assert found.judged > 0, text


def test_wrong_lines_about_members_are_named() -> None:
    for text, line, said in WRONG:
        first = matcalc.check(text).first_wrong
        assert first is not None, text
        assert (first.line, said in first.reason) == (line, True), (text, first)


def test_a_line_on_what_was_not_read_is_not_read() -> None:
    found = matcalc.check("p = 11'z\nL = -y'log p\n∇_z L = p - y")
    assert [line.verdict for line in found.lines] == ["not read", "given", "not read"]
    assert "p in it" in found.lines[2].reason


def test_properties_that_sentences_say_in_passing() -> None:
    for said in ("Let $K$ be positive definite, $S$ symmetric.", "$S$ denotes a symmetric matrix and $K$ for spd $K$."):
        text = f"{said}\n$$L(K) = \\log\\det K + \\operatorname{{tr}}(K^{{-1}}S)$$\n"
        assert matcalc.check(text + "$$\\nabla L = K^{-1} - K^{-1}SK^{-1}$$").ok, text


def test_a_covariance_is_no_sum() -> None:
    found = matcalc.check("f = log det Σ_k + tr(Σ_k⁻¹ S)\ndf = tr(Σ_k⁻¹ dΣ_k) - tr(Σ_k⁻¹ S Σ_k⁻¹ dΣ_k)")
    assert found.ok is not False
    assert "∑" not in "".join(line.text for line in found.lines)
