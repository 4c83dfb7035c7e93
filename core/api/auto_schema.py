"""How drf-spectacular reads our endpoints (a module of its own: its views ask for it while they are imported)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.drainage import has_override
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

# At least one character that is not blank: blanks around a text do not count.
PRINTED = r"[^\s\x1c-\x1f\x85]"


class HouseSchema(AutoSchema):
    """Descriptions of operations; what is sent may not be blank where the house refuses that."""

    def _get_serializer_field_meta(self, field: Any, direction: str) -> dict[str, Any]:
        meta: dict[str, Any] = super()._get_serializer_field_meta(field, direction)  # type: ignore[no-untyped-call]
        is_sent_text = direction == "request" and isinstance(field, serializers.CharField) and not field.allow_blank
        if is_sent_text and not has_override(field, "field"):
            meta["minLength"] = 1
            if not isinstance(field, serializers.RegexField):
                meta["pattern"] = PRINTED
        instead = getattr(field.parent, "retired", {}).get(field.field_name)
        return meta | {"deprecated": True, "description": f"Use {instead}."} if instead else meta
