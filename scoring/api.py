"""REST: reading the scores and what they stand on."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from buyers.queries.records import get_buyer_id
from core.api.params import Params
from core.api.schema import answers, page_of
from core.api.views import ReadView
from scoring.filters import ScoreParams
from scoring.queries.explain import explain_score
from scoring.queries.scored_buyers import scored_buyers
from scoring.queries.scores import get_score, latest_scores
from scoring.serializers import ScoreDetailSerializer, ScoreSerializer


class ScoreList(ReadView):
    """The latest score of each buyer on a day."""

    @extend_schema(
        operation_id="listScores",
        summary="Latest score of each buyer",
        tags=["scores"],
        parameters=[ScoreParams],
        responses=answers(page_of(ScoreSerializer), 404),
    )
    def get(self, request: Request) -> Response:
        """By code of the buyer; buyers that were never scored are not in the list."""
        wanted = self.parse(ScoreParams)
        moment = {"as_of": wanted["as_of"], "known_at": wanted["known_at"], "scope": self.scope}
        buyers = scored_buyers(**moment)
        if "buyer" in wanted:
            buyers = buyers.filter(pk=get_buyer_id(wanted["buyer"], scope=self.scope))
        return self.page(buyers, ScoreSerializer, ordering="code", arrange=lambda found: _scores(found, moment))


def _scores(buyers: list[Any], moment: dict[str, Any]) -> list[Any]:
    ids = [buyer.pk for buyer in buyers]
    by_buyer = {score.buyer_id: score for score in latest_scores(**moment, buyer_ids=ids).select_related("buyer")}
    return [by_buyer[pk] for pk in ids]


class ScoreDetail(ReadView):
    """One score with its reasons and inputs."""

    @extend_schema(
        operation_id="getScore",
        summary="One score with its evidence",
        tags=["scores"],
        responses=answers(ScoreDetailSerializer, 404),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Out of the evidence that was kept, else rebuilt from what was known then."""
        self.parse(Params)
        score = get_score(pk, scope=self.scope)
        serializer = ScoreDetailSerializer(score, context={"explanation": explain_score(score)})
        return Response(serializer.data)
