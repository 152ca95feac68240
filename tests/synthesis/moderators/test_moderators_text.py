"""`print` of what belongs to a meta-regression of the BCG trials."""

from __future__ import annotations

from metasyn.synthesis.model import SynthesisResult
from metasyn.synthesis.moderators import collinearity, meta_regression, permutation_test


def test_what_follows_a_regression_is_printed_as_text(bcg_synthesis: SynthesisResult) -> None:
    result = meta_regression(bcg_synthesis, "~ latitude + allocation")
    slope = result.coefficients[1]
    assert str(slope).startswith(f"latitude: {slope.estimate:.6g} (se {slope.se:.6g}), 95% CI ")
    assert f"t = {slope.statistic:.6g}, df = 9" in str(slope)

    found = collinearity(result)
    lines = str(found).splitlines()
    assert [line.split()[0] for line in lines[2:6]] == [
        "latitude",
        "allocation[T.r]",
        "allocation[T.s]",
        "allocation",
    ]
    assert lines[2].split()[2] == f"{found.coefficients[0].vif:.6g}"
    assert lines[-1].endswith(f"{found.condition_number:.6g}")

    test = permutation_test(result, 50)
    text = str(test)
    assert text.startswith("permutation test: 50 permutations, drawn at random, seed 1")
    assert "Intercept: not estimable (permuting" in text
    assert f"latitude: p = {test.pvalues[1]:.4g}" in text
    assert f"all moderators together: p = {test.omnibus_pvalue:.4g}" in text


def test_all_permutations_are_said_to_be_all() -> None:
    result = meta_regression(
        yi=[-0.9, -0.1, -0.5, -1.4], vi=[0.1, 0.05, 0.2, 0.1], formula="~ x", data={"x": [3, 0, 1, 5]}
    )
    assert str(permutation_test(result)).startswith("permutation test: 24 permutations, all of them;")
