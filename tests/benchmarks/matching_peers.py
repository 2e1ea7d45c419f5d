"""The same tables through other matchers, with their own defaults (extra ``bench``). Pairs as codes of rows."""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]


def goldenmatch_pairs(path: Path) -> Codes:
    """Zero configuration."""
    import goldenmatch
    import polars

    rows = polars.read_csv(path, infer_schema_length=0)
    found = goldenmatch.dedupe_df(rows, confidence_required=False, allow_red_config=True)
    codes = [
        a * len(rows) + b for cluster in found.clusters.values() for a, b in combinations(sorted(cluster["members"]), 2)
    ]
    return np.unique(np.array(codes, np.int64))


def splink_pairs(path: Path) -> Codes:
    """Its tutorial's settings for people: usual comparisons, u by sampling, m by expectation maximisation."""
    import polars
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    rows = polars.read_csv(path, infer_schema_length=0, missing_utf8_is_empty_string=False)
    rows = rows.with_columns(polars.Series("unique_id", range(len(rows))))
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("first_name"), cl.NameComparison("last_name"), cl.EmailComparison("email"),
            cl.ExactMatch("phone"), cl.ExactMatch("mobile"), cl.JaroWinklerAtThresholds("company"),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True), cl.ExactMatch("postal_code"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("first_name", "last_name"), block_on("email"), block_on("phone"), block_on("mobile"),
            block_on("last_name", "company"), block_on("last_name", "postal_code"),
        ],
    )  # fmt: skip
    linker = Linker(rows.to_pandas() if hasattr(rows, "to_pandas") else rows, settings, DuckDBAPI())
    linker.training.estimate_probability_two_random_records_match([block_on("email")], recall=0.4)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "last_name"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("email"))
    found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
    a, b = found["unique_id_l"].to_numpy(np.int64), found["unique_id_r"].to_numpy(np.int64)
    return np.unique(np.minimum(a, b) * len(rows) + np.maximum(a, b))


if __name__ == "__main__":  # one run, to be measured from outside
    print(len({"goldenmatch": goldenmatch_pairs, "splink": splink_pairs}[sys.argv[1]](Path(sys.argv[2]))))
