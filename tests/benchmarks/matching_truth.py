"""Labelled tables: reading them into a crowd, and how good found pairs are."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mergetui.matching.coding import TEXTS, Table
from mergetui.matching.crowd import Crowd, crowd


def crowd_of(path: Path) -> tuple[Crowd, npt.NDArray[np.int64]]:
    """The rows of a table made by ``matching_people``, and the number of each row's human."""
    made = Table()
    with path.open(newline="", encoding="utf-8") as lines:
        rows = csv.reader(lines, strict=True)
        header = next(rows)
        places = [(name, header.index(name)) for name in TEXTS]
        while chunk := list(islice(rows, 2000)):
            columns = list(zip(*chunk, strict=True))
            made.add({name: columns[place] for name, place in places}, len(chunk))
    return crowd(made), truth_of(path)


def truth_of(path: Path) -> npt.NDArray[np.int64]:
    return np.loadtxt(f"{path}.truth", dtype=np.int64, ndmin=1)


def true_pairs(truth: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """All pairs of rows of one human, as first · rows + second, sorted."""
    order = np.argsort(truth, kind="stable")
    sorted_, rows = truth[order], len(truth)
    found = []
    for step in range(1, rows):
        same = sorted_[step:] == sorted_[:-step]
        if not same.any():
            break
        a, b = order[step:][same], order[:-step][same]
        found.append(np.minimum(a, b) * rows + np.maximum(a, b))
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)


def f1(found: npt.NDArray[np.int64], truth: npt.NDArray[np.int64]) -> tuple[float, float, float]:
    """(F1, precision, recall) of pairs coded as in ``true_pairs``."""
    right = float(np.isin(found, truth, assume_unique=True).sum())
    precision, recall = right / max(len(found), 1), right / max(len(truth), 1)
    return 2 * precision * recall / max(precision + recall, 1e-9), precision, recall


def recall_at(
    found: npt.NDArray[np.int64], scores: npt.NDArray[np.float64], truth: npt.NDArray[np.int64], precision: float
) -> float:
    """The largest recall whose precision is at least ``precision``, cutting by score (pairs of one score together)."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(np.isin(found[order], truth, assume_unique=True))
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1) if len(order) else np.zeros(0, int)
    fine = ends[right[ends] >= precision * (ends + 1)]
    return float(right[fine[-1]]) / max(len(truth), 1) if len(fine) else 0.0


def pairs_of(pairs: Path, people: Path) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """A file of pairs as codes like those of ``true_pairs``, and their scores."""
    with people.open(newline="", encoding="utf-8") as lines:
        place = {row["id"]: number for number, row in enumerate(csv.DictReader(lines))}
    with pairs.open(newline="", encoding="utf-8") as lines:
        rows = [(place[row["id_a"]], place[row["id_b"]], float(row["score"])) for row in csv.DictReader(lines)]
    a = np.array([row[0] for row in rows], np.int64)
    b = np.array([row[1] for row in rows], np.int64)
    return np.minimum(a, b) * len(place) + np.maximum(a, b), np.array([row[2] for row in rows])
