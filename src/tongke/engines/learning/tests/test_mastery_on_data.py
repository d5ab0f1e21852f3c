"""Mastery predicts real pupils' next answers better than item means; needs the public data."""

import pytest

from bench.learning import mastery_auc as bench


@pytest.mark.slow
@pytest.mark.skipif(
    not bench.data_folder().is_dir(),
    reason="the ASSISTments data are not on this machine (TONGKE_KT_DATA)",
)
def test_frozen_auc_on_some_test_pupils_beats_item_means_and_pfa() -> None:
    folder = bench.data_folder()
    train, test = bench.load(folder, "train"), bench.load(folder, "test")
    some = dict(list(test.items())[:60])
    params = bench.Params(half_life_days=None)
    known = bench.counted(train, params)

    mastery = bench.auc(*bench.columns(bench.mastery(some, known, params)))
    item_mean = bench.auc(*bench.columns(bench.item_mean(some, known)))
    factors = bench.auc(*bench.columns(bench.pfa(train, some)))

    assert mastery > item_mean + 0.02
    assert mastery > factors + 0.02


def test_auc_of_a_table_worked_by_hand() -> None:
    """Pairs (right, wrong): .9>.4, .9>.1, .4=.4, .4>.1 are 3.5 of 4."""
    assert bench.auc([1, 0, 1, 0], [0.9, 0.4, 0.4, 0.1]) == pytest.approx(3.5 / 4)
