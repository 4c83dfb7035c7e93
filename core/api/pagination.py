"""Pages by cursor: stable while rows come in, and as fast at the end as at the start."""

from __future__ import annotations

from typing import Any

from django.db import DataError
from django.utils.translation import gettext as _
from rest_framework import pagination
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from core.api.problems import ParameterError

PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000


class CursorPagination(pagination.CursorPagination):
    """Keyset pages over a unique column, named by the view; a cursor or size that we did not issue is an error."""

    page_size = PAGE_SIZE
    max_page_size = MAX_PAGE_SIZE
    page_size_query_param = "page_size"
    ordering = "id"

    def __init__(self, ordering: str = "id") -> None:
        self.ordering = ordering

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """The rows of the page asked for. Raises ``cursor_invalid`` and ``page_size_invalid``."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, DataError) as error:
            raise invalid_cursor(request.query_params.get("cursor", "")) from error

    def get_page_size(self, request: Request) -> int:
        """The size asked for, within the limits."""
        text = request.query_params.get("page_size", str(PAGE_SIZE))
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PAGE_SIZE):
            raise _invalid_size(text)
        return int(text)


def invalid_cursor(text: str) -> ParameterError:
    """The refusal of a cursor."""
    return ParameterError(
        code="cursor_invalid",
        detail=_("The cursor is not one that this endpoint issued."),
        field="cursor",
        value=text,
        fix=_("Follow the links in next and previous; leave cursor out to start again."),
    )


def _invalid_size(text: str) -> ParameterError:
    return ParameterError(
        code="page_size_invalid",
        detail=_("page_size must be a whole number from 1 to %(limit)s.") % {"limit": MAX_PAGE_SIZE},
        field="page_size",
        value=text,
    )
