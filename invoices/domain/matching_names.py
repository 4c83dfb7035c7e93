"""Who a payer is by name: company names as banks cut and spell them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from buyers.domain.names import likeness, name_key

# Legal forms and small words say nothing of who it is.
_SILENT = frozenset(
    (  # noqa: SIM905 -- a list of eighty words would be eighty lines
        "AB AG AND AS BHD BV CO COMPANY CORP CORPORATION CV DBA DE DO EG EK EV EN ET GBR GMBH GROUP HOLDING HOLDINGS "
        "INC INCORPORATED INTERNATIONAL KFT KG KGAA KK LIMITED LLC LLP LTD LTDA MBH NV OHG OOO OY OYJ PLC PT PTE PTY "
        "PVT RL SA SARL SAS SC SDN SE SL SLU SP SPA SPRL SRL SRO THE UG UND Y ZOO"
    ).split()
)
_CUT_AT_LEAST = 15
# A word that so many buyers share does not tell who pays.
_COMMON = 60
_KEYS = 3
_PREFIX = 5


@lru_cache(maxsize=200_000)
def core_name(name: str) -> str:
    """A name in capitals without accents, legal forms and punctuation.

    Example: ``core_name("Müßig & Söhne GmbH & Co. KG") == "MUSSIG SOHNE"``; a name of such words alone stays whole.
    """
    words = name_key(name).upper().split()
    telling = [word for word in words if word not in _SILENT and len(word) > 1]
    return " ".join(telling or words)


def name_score(payer: str, buyer: str) -> float:
    """How alike a payer's name is to a buyer's, 0 to 100; a document has the whole name, a bank line seldom.

    Formula: :func:`buyers.domain.names.likeness` of the core names; 100 where a payer's name of 15 letters or more is
    the beginning of the buyer's, as banks cut at 27 or 35.
    Example: ``name_score("NORDIC TIMBER IMPOR", "Nordic Timber Imports A/S") == 100``.
    """
    left, right = core_name(payer), core_name(buyer)
    if not left or not right:
        return 0.0
    if len(left) >= _CUT_AT_LEAST and right.startswith(left):
        return 100.0
    return likeness(left, right)


class NameIndex:
    """Buyers by the rarer words of their names: a payer is compared with those few that share one."""

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        self._names: list[tuple[int, str]] = []
        self._by_word: defaultdict[str, list[int]] = defaultdict(list)
        self._of_buyer: defaultdict[int, list[str]] = defaultdict(list)
        for buyer_id, name in names:
            place = len(self._names)
            self._names.append((buyer_id, name))
            self._of_buyer[buyer_id].append(name)
            for word in set(_keys(core_name(name))):
                self._by_word[word].append(place)

    def find(self, payer: str, *, least: float = 80.0, most: int = 5) -> list[tuple[int, float]]:
        """Buyers called so, with their scores, the best first; at most ``most``, each once.

        Cost: at most three words' lists of at most 60 names, whatever the number of buyers.
        """
        scores: dict[int, float] = {}
        for place in self._places(core_name(payer)):
            buyer_id, name = self._names[place]
            score = name_score(payer, name)
            if score >= least and score > scores.get(buyer_id, 0.0):
                scores[buyer_id] = score
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:most]

    def score(self, payer: str, buyer_id: int) -> float:
        """How alike a payer's name is to the best of a buyer's."""
        return max((name_score(payer, name) for name in self._of_buyer.get(buyer_id, ())), default=0.0)

    def _places(self, core: str) -> list[int]:
        lists = [self._by_word[word] for word in set(_keys(core)) if word in self._by_word]
        rare = sorted((one for one in lists if len(one) <= _COMMON), key=len)[:_KEYS]
        return sorted({place for one in rare for place in one})


def _keys(core: str) -> Iterable[str]:
    """Whole words, and the beginnings of long ones, which survive a typo at the end and being cut."""
    for word in core.split():
        yield word
        if len(word) > _PREFIX:
            yield f"{word[:_PREFIX]}…"
