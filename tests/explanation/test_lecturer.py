"""Lines of derivations as a lecturer writes them: one thing a step, said as what it is, in the names of the answer."""

from __future__ import annotations

import pytest

from tests.cli.sessions import on_terminal

LINES = [  # what is asked, lines and reasons that stand in the derivation, what does not
    (("grad", "(w'A w)/(w'B w)", "-w", "w", "-v", "A: sym", "-v", "B: sym"),
     ["Sᵀ = S constant: d(uᵀS u) = 2 uᵀS du", "2 wᵀ A dw"], ["dwᵀ"]),
    (("grad", "tr(W'S W)/tr(W'B W)", "-w", "W", "-v", "S: sym", "-v", "B: sym"),
     ["f = tr(Wᵀ S W)/tr(Wᵀ B W)", "d tr(MᵀS M) = 2 tr(MᵀS dM)"], ["dWᵀ"]),
    (("grad", "tr((I-K H) P (I-K H)' + K R K')", "-w", "K", "-v", "P: spd", "-v", "R: spd"),
     ["df = 2 (tr(R Kᵀ dK) − tr(P (I − K H)ᵀ d(K H)))"], ["dKᵀ"]),
    (("grad", "norm(X'X-I)^2", "-w", "X"), ["df = 2 tr((Xᵀ X − I) d(Xᵀ X))"], ["Xᵏ"]),
    (("grad", "tr(X^3)", "-w", "X"), ["df = 3 tr(X² dX)"], []),
    (("grad", "norm(x - mean(x)*ones(n))^2", "-w", "x"), ["df = 2 (x − sum(x) 𝟏/n)ᵀ (dx − d(sum(x) 𝟏/n))"], ["ones"]),
    (("jacobian", "(x - mean(x)*ones(n))/norm(x - mean(x)*ones(n))", "-w", "x"),
     ["(d(x − sum(x) 𝟏/n) − dσ x̂)/σ", "= (I − x̂ x̂ᵀ − 𝟏 𝟏ᵀ/n) dx/σ"], ["‖² +"]),
    (("grad", "nuclear_norm(X)", "-w", "X"), ["d(‖X‖_*) = tr(Uᵀ dX V)"], ["polar"]),
    (("grad", "lambda_max(A)", "-w", "A", "-v", "A: sym"), ["d lambda_max(A) = vᵀ dA v"], []),
    (("grad", "-n*log(abs(det(W)))", "-w", "W"), ["d log(abs(det(X))) = tr(X⁻¹ dX)"], ["sign"]),
    (("grad", "norm(M .* (U V' - R))^2", "-w", "U"), ["f = ‖M ∘ (U Vᵀ − R)‖_F²", "df = 2 tr((M ∘ (U Vᵀ − R))ᵀ"], []),
    (("hessian", "c'x - sum(log(b - A x))", "-w", "x"), ["dg = Aᵀ d(1 ⊘ (b − A x))"], []),
    (("grad", "norm(tanh(W2 tanh(W1 x)) - y)^2/2", "-w", "W1"), ["(1 − z∘²)", "where z = "], ["z∘² − 1"]),
    (("grad", "a'K a - 2*a'K y + c*a'a", "-w", "a", "-v", "K: spd"), ["= 2 (K (a − y) + c a)"], ["(2 y − a)"]),
    (("grad", "tr(F'(D-W)F)/2 + norm(F-Y)^2", "-w", "F", "-v", "D: diag", "-v", "W: sym"),
     ["∂f/∂F = (D − W) F + 2 (F − Y)"], ["2 F − 2 Y", "expand"]),
    (("grad", "logdet(I + H Q H'/s)", "-w", "Q", "-v", "Q: spd", "-v", "s: scalar"), ["tr((I + H Q Hᵀ/s)⁻¹ d("],
     ["H Q Hᵀ/s + I)"]),
    (("hessian", "norm(A x - b)^4", "-w", "x"), ["‖² I) A"], []),
    (("grad", "tr(G' softmax(Q K'/sqrt(d)) V)", "-w", "V"), ["G, d, Q, K constant"], ["C, D constant"]),
    (("grad", "x'(A + x x')^-1 x", "-w", "x", "-v", "A: spd"), ["(xᵀ Z x) (xᵀ Z dx)", "s t = t s"], ["tr("]),
    # what several answers name, their derivations name
    (("grad", "norm(W2 tanh(W1 x + b) - y)^2/2", "-w", "W1", "-w", "b", "-w", "W2"),
     ["df = rᵀ d(W₂ z)", "∂f/∂W₂ = r zᵀ ", "= ((1 − z∘²) ∘ (W₂ᵀ r))ᵀ db"], ["where z", "(W₂ z − y)"]),
    # sums that were typed are differentiated as sums
    (("grad", "sum_i (y_i - w'x_i)^2", "-w", "w"), ["df = −2 Σᵢ (yᵢ − wᵀ xᵢ) d(wᵀ xᵢ)", "[matrix form]"], ["d(X w)"]),
    (("grad", "sum_ij (R_ij - u_i'v_j)^2", "-w", "u_k"),
     ["∂f/∂uₖ = −2 Σⱼ (Rₖⱼ − uₖᵀ vⱼ) vⱼ", "∂f/∂U = −2 (R − U Vᵀ) V "], ["tr("]),
    (("hessian", "sum_i log(1+exp(w'x_i))", "-w", "w"),
     ["g = ∂f/∂w = Σᵢ sigmoid(wᵀ xᵢ) xᵢ", "= Σᵢ sigmoid(wᵀ xᵢ) (1 − sigmoid(wᵀ xᵢ)) xᵢ xᵢᵀ"], ["− 1)"]),
    (("jacobian", "p_i = exp(z_i)/sum_j exp(z_j)", "-w", "z_k"),
     ["∂pᵢ/∂zₖ = pᵢ (δᵢₖ − pₖ)", "∂p/∂zᵀ = diag(p) − p pᵀ", "d exp(x) = exp(x) dx"], []),
    # one thing a step
    (("grad", "norm(A Q - B)^2", "-w", "Q", "-v", "Q: orthogonal"),
     ["P(G) = G − Q (Gᵀ Q + Qᵀ G)/2", "= Q Bᵀ A Q − Aᵀ B        Qᵀ Q = I"], []),
    (("hessian", "lambda_max(A)", "-w", "A", "-v", "A: sym"), ["= (R (dA + dAᵀ) v vᵀ + v vᵀ (dAᵀ + dA) R)/2"],
     ["⊗ (R ⊗ v)", "⊗ v ⊗"]),
    (("hessian", "w'S w/(w'B w)", "-w", "w", "-v", "S: sym", "-v", "B: spd"),
     ["g = ∂f/∂w = 2 (S w − ρ B w)/(wᵀ B w)", "= 2 (S − B w gᵀ − g wᵀ B − ρ B)/(wᵀ B w)"], ["d(ρ B)"]),
    # reasons in the signs and names of their lines
    (("hessian", "c'x - sum(log(b - A x))", "-w", "x"), [": d(Aᵀ (1 ⊘ (b − A x))) = Aᵀ d(1 ⊘ (b − A x))"], ["−1 ⊘"]),
    (("grad", "sum(log(1+exp(X*w)))", "-w", "w"), ["softplus(x) = log(1 + exp(x))"], []),
    (("grad", "norm(A x)^4", "-w", "x"), ["f = ‖A x‖⁴", "df = 2 ‖A x‖² d(‖A x‖²)"], []),
    (("grad", "lambda_max(A)", "-w", "A", "-v", "A: sym"), ["(G + G')/2, which is G"], ["eigenvector(A"]),
    (("grad", "tr(P (A - B K)) + tr(K'R K)", "-w", "K", "-v", "R: spd"),
     ["d(tr(P (A − B K))) = tr(P d(A − B K))"], ["d(−"]),
    (("grad", "sum(huber(y - X b))", "-w", "b", "-v", "y: vector", "-v", "b: vector"),
     [" = clip(X, −c, c) ∘ dX   ["], []),
    (("grad", "-log(exp(q'k/t)/sum(exp(K q/t)))", "-w", "q", "-v", "q: vector", "-v", "k: vector", "-v", "t: scalar"),
     ["log(s/t) = log(s) − log(t)", "logsumexp(K q/t) − kᵀ q/t"], ["t₂"]),
    (("grad", "-(1-sigmoid(z))^g*log(sigmoid(z))", "-w", "z", "-v", "z: scalar", "-v", "g: scalar"),
     ["∂f/∂z = (1 − p)^g (g p log(p) + p − 1)", "d log(sigmoid(x)) = (1 − sigmoid(x)) dx"], []),
    (("grad", "-sum(softmax(z) .* log(softmax(z)))", "-w", "z", "-v", "z: vector"),
     ["∂f/∂z = p ∘ ((pᵀ log(p)) 𝟏 − log(p))"], ["log_softmax(z)"]),
    (("hessian", "-logdet(X)", "-w", "X", "-v", "X: spd"), ["P(G) = (G + Gᵀ)/2"], ["for every dX"]),
    (("grad", "norm(Z'Z/n - I)^2", "-w", "Z", "-v", "n: scalar"), ["∂f/∂Z = 4 Z (Zᵀ Z/n − I)/n"], ["Z Zᵀ Z"]),
    (("grad", "corr(x, y)", "-w", "x"), ["∂f/∂x = (u − (rᵀ u) r/‖r‖²)/(‖r‖ ‖u‖)", "r = x − sum(x) 𝟏/n"], []),
    (("jacobian", "(A x+b)/(c'x+d)", "-w", "x"), ["(A − (A x + b) cᵀ/(cᵀ x + d))/(cᵀ x + d)"], ["x̂"]),
]


def test_lines_of_derivations(monkeypatch: pytest.MonkeyPatch) -> None:
    for asked, there, gone in LINES:
        said = on_terminal(monkeypatch, *asked, "--steps")
        assert [line for line in there if line not in said] == [], (asked, said)
        assert [line for line in gone if line in said.partition("1  ")[2]] == [], (asked, said)


def test_forms_that_share_a_letter_say_once_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    said = on_terminal(monkeypatch, "hessian", "lambda_max(A)", "-w", "A", "-v", "A: sym")
    assert said.count("unit eigenvector") == 1
    assert "∇²f[V] = v vᵀ V R + R V v vᵀ" in said
