"""Weights of the dimensions: a versioned setting that must sum to 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from core.errors import DomainError
from core.words import Sentence
from core.words import sentence as _

DIMENSIONS = ("buyer_credit", "payment_history", "fx_tolerance", "logistics", "compliance")
SCALE = 10_000


@dataclass(frozen=True, slots=True)
class Weights:
    """Share of each dimension, at most four decimals; refuses anything that does not sum to exactly 1.

    Example: ``Weights.of({"buyer_credit": "0.30", "payment_history": "0.25", "fx_tolerance": "0.20",
    "logistics": "0.15", "compliance": "0.10"})``.
    """

    parts: tuple[int, ...]  # ten-thousandths, in the order of DIMENSIONS

    @classmethod
    def of(cls, shares: Mapping[str, str | Decimal]) -> Weights:
        """Weights from decimal shares by dimension; raises ``weights_invalid``."""
        if set(shares) != set(DIMENSIONS):
            raise _invalid(
                _("Weights name exactly these dimensions: %(dimensions)s.", dimensions=", ".join(DIMENSIONS)), shares
            )
        scaled = [Decimal(shares[name]) * SCALE for name in DIMENSIONS]
        if any(part < 0 or part != int(part) for part in scaled):
            raise _invalid(_("Each weight is between 0 and 1 with at most four decimals."), shares)
        if sum(scaled) != SCALE:
            raise _invalid(_("The weights must sum to exactly 1."), shares)
        return cls(tuple(int(part) for part in scaled))

    def share(self, name: str) -> Decimal:
        """The weight of one dimension as a share of 1."""
        return Decimal(self.parts[DIMENSIONS.index(name)]) / SCALE

    def sum_of(self, values: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
        """Σ weight × value in whole numbers, rounded half up once.

        Example: hundredths 8200, 6600, 7400, 9000, 10000 under the default weights give 7940.
        """
        whole = sum(part * value for part, value in zip(self.parts, values, strict=True))
        return np.asarray((whole + SCALE // 2) // SCALE, dtype=np.int64)


def _invalid(message: Sentence, shares: Mapping[str, str | Decimal]) -> DomainError:
    return DomainError(
        "weights_invalid", message, {"field": "weights", "value": {k: str(v) for k, v in shares.items()}}
    )


DEFAULT_WEIGHTS = Weights.of(
    {
        "buyer_credit": "0.30",
        "payment_history": "0.25",
        "fx_tolerance": "0.20",
        "logistics": "0.15",
        "compliance": "0.10",
    }
)
