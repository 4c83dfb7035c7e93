"""How well a ranking of buyers tells who defaults, judged on a time split. Pure: numpy and scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CALIBRATION_BINS = 5
TOP_SHARE = 0.10


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Buyers of similar predicted probability: how many, what was predicted on average, what happened."""

    buyers: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True)
class Discrimination:
    """Figures of one ranking: risk order (AUC, average precision, lift) and calibrated probability (Brier, bins)."""

    auc: float
    average_precision: float
    brier: float
    brier_of_base_rate: float
    top_decile_lift: float
    bins: tuple[CalibrationBin, ...]


def evaluate(*, past_risk: Floats, past_default: Bools, risk: Floats, default: Bools) -> Discrimination:
    """Judge a risk figure (higher = worse) on a later cohort; its probability is calibrated on the earlier one only.

    Calibration: logistic regression of the earlier cohort's defaults on its risk figure (standardised by its own mean
    and deviation). Both cohorts need buyers who defaulted and buyers who did not.
    """
    predicted = calibrated(past_risk=past_risk, past_default=past_default, risk=risk)
    base_rate = float(past_default.mean())
    return Discrimination(
        auc=float(roc_auc_score(default, risk)),
        average_precision=float(average_precision_score(default, risk)),
        brier=float(brier_score_loss(default, predicted)),
        brier_of_base_rate=float(brier_score_loss(default, np.full(len(default), base_rate))),
        top_decile_lift=top_lift(risk=risk, default=default),
        bins=calibration_bins(predicted=predicted, default=default),
    )


def calibrated(*, past_risk: Floats, past_default: Bools, risk: Floats) -> Floats:
    """Probability of default of each buyer, learned from the earlier cohort."""
    mean, deviation = past_risk.mean(), past_risk.std() or 1.0
    model = LogisticRegression().fit(((past_risk - mean) / deviation).reshape(-1, 1), past_default)
    found: Floats = model.predict_proba(((risk - mean) / deviation).reshape(-1, 1))[:, 1]
    return found


def top_lift(*, risk: Floats, default: Bools, share: float = TOP_SHARE) -> float:
    """Default rate among the riskiest tenth over that of all; ties at the border count by their mean.

    Example: 10 defaults among 100 buyers, 4 of them in the riskiest ten → 0.4 / 0.1 = 4.
    """
    wanted = max(1, int(np.ceil(share * len(risk))))
    border = np.sort(risk)[::-1][wanted - 1]
    above, at = risk > border, risk == border
    hits = default[above].sum() + default[at].mean() * (wanted - above.sum())
    return float(hits / wanted / default.mean())


def calibration_bins(*, predicted: Floats, default: Bools, bins: int = CALIBRATION_BINS) -> tuple[CalibrationBin, ...]:
    """Equal parts by predicted probability, the lowest first."""
    parts = np.array_split(np.argsort(predicted, kind="stable"), bins)
    return tuple(
        CalibrationBin(len(part), float(predicted[part].mean()), float(default[part].mean()))
        for part in parts
        if len(part)
    )
