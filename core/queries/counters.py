"""Reading version numbers."""

from core.models import Counter

LEDGER = "ledger"
RATES = "rates"


def get_version(name: str) -> int:
    """The counter's value; 0 if it was never raised."""
    row = Counter.objects.filter(name=name).values_list("value", flat=True).first()
    return int(row or 0)
