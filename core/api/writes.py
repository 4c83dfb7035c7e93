"""The base of endpoints that change something: exact bodies, access by method, one ETag for a thing's versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.api.bodies import Body, parse_body
from core.api.parsing import ExactJSONParser
from core.api.permissions import Grant, MethodAccess
from core.api.problems import ParameterError
from core.api.streams import is_chunked
from core.api.views import ReadView
from core.domain.roles import ApiScope
from core.house import DESK
from core.models import ApiClient, User

LONGEST_NAME = 120
# Weak where the answer was packed: the tag names the version of the thing, not of the bytes.
_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})\.([0-9]{1,9})"', re.ASCII)


class SentRequest(Request):
    """A request whose body may come in chunks, without a length."""

    @property
    def stream(self) -> Any:
        """Where the body is read from; None where there is none."""
        return self._request if is_chunked(self) else super().stream


class ActionView(ReadView):
    """Subclasses parse, call one service, and render; ``access`` says who may, by method."""

    http_method_names = ["post", "options"]
    parser_classes = [ExactJSONParser]
    permission_classes = [MethodAccess]
    access: Mapping[str, Grant] = {}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """As ever, but for bodies in chunks."""
        return SentRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A name in the address that no text column can hold names nothing."""
        super().initial(request, *args, **kwargs)
        if any(isinstance(name, str) and ("\0" in name or len(name) > LONGEST_NAME) for name in kwargs.values()):
            raise Http404

    def body(self, kind: type[Body]) -> dict[str, Any]:
        """The endpoint's checked body."""
        return parse_body(self.request, kind)

    @property
    def own_source(self) -> str:
        """The source that the caller speaks for: a key for the system of its name, people for the order desk."""
        return self.client.name if self.client is not None else DESK

    @property
    def person(self) -> User | None:
        """Who is signed in; None where a system calls."""
        return None if isinstance(self.request.auth, ApiClient) else cast(User, self.request.user)

    @property
    def client(self) -> ApiClient | None:
        """The system that calls; None for a person."""
        return self.request.auth if isinstance(self.request.auth, ApiClient) else None

    @property
    def only_source(self) -> str | None:
        """The one source that the caller reads of: its own for a key without the scope to read; None: every source."""
        client = self.client
        return None if client is None or ApiScope.READ in client.scopes else client.name


def etag_of(first: int, second: int) -> str:
    """Two versions as one entity tag. Example: ``etag_of(3, 7) == '"3.7"'``."""
    return f'"{first}.{second}"'


def expected_versions(request: Request) -> tuple[int, int] | None:
    """The versions that ``If-Match`` names; None without one. Raises ``if_match_invalid``."""
    given = request.headers.get("If-Match")
    if given is None:
        return None
    found = _ETAG.fullmatch(given.strip())
    if found is None:
        raise ParameterError(
            code="if_match_invalid",
            detail=_("If-Match must be one ETag as an answer gave it."),
            field="If-Match",
            value=given[:60],
        )
    return int(found[1]), int(found[2])
