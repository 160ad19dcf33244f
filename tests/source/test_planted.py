"""Gradients that people wrote by hand, in the files of public/: they are right; a mistake that is planted in one is
named, at the line where it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.sessions import run
from tests.source.public_files import cases

RIGHT = [  # file, function, gradient, by
    ("svm_vectorized", "svm_loss_vectorized[0]", "svm_loss_vectorized[1]", "W"),
    ("softmax_vectorized", "softmax_loss_vectorized[0]", "softmax_loss_vectorized[1]", "W"),
    ("pca_reconstruction", "cost", "euclidean_gradient", "w"),
    ("correlation_approximation", "cost", "euclidean_gradient", "X"),
    ("dominant_eigenvector", "cost", "euclidean_gradient", "x"),
    ("optimal_rotation", "cost", "euclidean_gradient", "X"),
    ("sklearn_logistic", "logistic_loss_and_grad[0]", "logistic_loss_and_grad[1]", "w"),
    ("tracking_error", "ex_post_tracking_error", "gradient", "w"),
    ("glove", "cost", "gradient", "W"),
    ("two_layer_numpy", "loss", "grad_w1", "w1"),
    ("two_layer_numpy", "loss", "grad_w2", "w2"),
    ("polynomial", "loss", "grad_c", "c"),
    ("negative_sampling", "neg_sampling_loss[0]", "neg_sampling_loss[1]", "center"),
    ("nmf_penalty", "objective", "grad", "W"),
]
PLANTED = [  # one of these, what stands there, what is put there, what is said, the line
    (2, "return -2 * (", "return -1 * (", "the claim is 1/2 times the gradient", "return -1 * ("),  # a lost factor
    (10, "dot(2.0 * (h_relu", "dot((h_relu", "the claim is 1/2 times", "return h_relu.T.dot("),
    (3, "0.5 * X @ (", "-0.5 * X @ (", "the sign is wrong", "return -0.5 * X @ ("),  # a wrong sign
    (0, "num_train + 2 *", "num_train - 2 *", "up to the sign of one term: the term 2*reg*W", "dW = X.T.dot(hit)"),
    (1, "    dscores /= num_train\n", "", "right if n = 1", "dW = X.T @ dscores"),  # no 1/n
    (11, "x**2).sum()", "x**2).mean()", "the claim is 1/n times", "return (grad_y_pred * x**2).mean()"),
    (11, "(grad_y_pred * x**2).sum()", "grad_y_pred * x**2", "a wrong shape", "return grad_y_pred"),  # no sum
    (5, "return -ABt", "return -ABt.T", "the claim is the transpose", "return -ABt.T"),  # transposed
    (4, "-(matrix + matrix.T) @ x", "-2 * matrix @ x", "right only if matrix is symmetric", "return -2 * matrix @ x"),
    (6, "+ alpha * w\n    return", "+ 2 * alpha * w\n    return", "the term alpha*w occurs twice", "grad[:] ="),
    (1, "+ 2 * reg * W\n    return", "+ reg * W\n    return", "has the factor 1/2 that it should not", "dW = X.T @"),
    (12, "np.dot(1 - neg, negatives)", "np.dot(neg, negatives)", "up to the sign of one term", "grad_center ="),
]


def judged(which: int, tmp_path: Path, old: str = "", new: str = "") -> tuple[int, dict[str, Any], str]:
    """The exit status, the answer, and the same in words, of a claim with a mistake or without."""
    name, function, claim, by = RIGHT[which]
    text = cases()[name].path.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / f"{name}.py"
    file.write_text(text.replace(old, new), encoding="utf-8")
    given = [word for key, kind in cases()[name].given.items() for word in ("-v", f"{key}: {kind}")]
    asked = ("verify", f"{file}:{function}", "--claim", f"{file}:{claim}", "--wrt", by, *given)
    code, out, _ = run(*asked, "--json")
    return code, json.loads(out), run(*asked)[1]


@pytest.mark.parametrize("which", range(len(RIGHT)), ids=[f"{name}-{claim}" for name, _, claim, _ in RIGHT])
def test_what_people_wrote_is_right(which: int, tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    code, said, words = judged(which, tmp_path)
    assert code == 0, words
    assert said["verification"]["method"] != "run"


@pytest.mark.parametrize(("which", "old", "new", "said", "line"), PLANTED,
                         ids=[f"{RIGHT[which][0]}-{said}" for which, _, _, said, _ in PLANTED])
def test_a_planted_mistake_is_named_at_its_line(which: int, old: str, new: str, said: str, line: str,
                                                tmp_path: Path) -> None:
    code, _, words = judged(which, tmp_path, old, new)
    assert code == 1
    assert said in words
    assert f": {line}" in words.rpartition("; at ")[2]
