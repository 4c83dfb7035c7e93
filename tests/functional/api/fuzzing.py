"""What fuzzing the API needs: people and systems that call, a server, and schemathesis with our settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Any

import requests
import schemathesis
from django.test import Client
from django.utils import timezone
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from core.domain.roles import ApiScope, Role
from core.models import User
from core.services.api_clients import create_client, revoke_client
from tests.integration.api.ladder import SIGNED_IN

Headers = dict[str, str]
SEED = 20261122
# Refusals of what the shape allows: they depend on another field, on the day or on what was answered before.
DEPENDS = {
    "cursor_invalid": "a cursor is opaque; only those that an answer gave are good",
    "currency_unknown": "the list of ISO 4217 is longer than a pattern",
    "date_in_future": "which days have come changes every night",
    "moment_too_early": "a format has no lower bound",
    "parameters_exclude": "two parameters that are two questions",
    "dry_run_only": "goes with dry_run only",
    "field_missing": "needed because of what other fields say",
}
# The shape is right; what it says cannot be done. 400 counts with a code of DEPENDS only.
UNDONE = [400, 401, 403, 404, 409, 412, 422, 429]
THIN = {"amount__gte", "currency__in"}
SHORT_S = 70
_TOKEN = "t" * 32


def key_headers(*scopes: str, name: str = "ERP") -> Headers:
    """A system with a key of these scopes."""
    issued = create_client(name=name, scopes=scopes, expires_at=None, now=timezone.now(), actor=None)
    return {"Authorization": f"Api-Key {issued.key}"}


def person_headers(role: Role) -> Headers:
    """A signed-in person."""
    client = Client()
    client.force_login(User.objects.create(username=f"fuzz-{role}", role=role), backend=SIGNED_IN)
    return {"X-CSRFToken": _TOKEN, "Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={_TOKEN}"}


def all_scopes() -> Headers:
    """A system that may do everything that systems may."""
    return key_headers(*ApiScope)


def ended_keys() -> dict[str, Headers]:
    """Callers whom nothing is answered, by the code that they are told."""
    now = timezone.now()
    past = create_client(
        name="past", scopes=["read"], expires_at=now - timedelta(days=1), now=now - timedelta(days=9), actor=None
    )
    gone = create_client(name="gone", scopes=["read"], expires_at=None, now=now, actor=None)
    revoke_client(client_id=gone.client.pk, actor=None)
    return {
        "not_authenticated": {},
        "api_key_expired": {"Authorization": f"Api-Key {past.key}"},
        "api_key_revoked": {"Authorization": f"Api-Key {gone.key}"},
        "api_key_unknown": {"Authorization": "Api-Key aaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},
    }


def everybody_else() -> list[Headers]:
    """A key of each single scope, and a person of each role."""
    return [*(key_headers(scope, name=f"only {scope}") for scope in ApiScope), *map(person_headers, Role)]


@dataclass
class Found:
    """What a run found: findings, once each, and how many answers of each kind there were."""

    findings: dict[tuple[str, ...], str] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)

    @property
    def text(self) -> str:
        """Every finding with the request and the answer."""
        parts = [" · ".join(name) + "\n" + shown for name, shown in sorted(self.findings.items())]
        return "\n\n".join([f"{len(parts)} findings in {self.answers.total()} answers: {dict(self.answers)}", *parts])


def fuzz(url: str, callers: Iterable[Headers], *, examples: int, phases: Iterable[str]) -> Found:
    """Send what the schema allows and what it forbids, each request as the next of the callers."""
    raw = requests.get(f"{url}/api/schema/?format=json", timeout=60).json()
    if examples == 1:
        _thin(raw)
    schema = schemathesis.openapi.from_dict(raw, config=_config(url, examples, list(phases)))
    schema.auth(refresh_interval=None)(_caller_of(cycle(callers)))
    found = Found()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(found, event.recorder)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.findings["error", str(getattr(event, "label", ""))] = repr(vars_of(event))
    return found


def vars_of(event: Any) -> Any:
    """The error that an event stands for."""
    return getattr(event, "value", None) or getattr(event, "exception", None)


def _caller_of(callers: Iterator[Headers]) -> type:
    class Caller:
        """Says who calls."""

        def get(self, _case: Any, _context: Any) -> Headers:
            return next(callers)

        def set(self, case: Any, data: Headers, _context: Any) -> None:
            case.headers.update(data)

    return Caller


def _thin(raw: dict[str, Any]) -> None:
    """Comparisons are one and the same code for every column: a short run sends those of amounts and words."""
    for operations in raw["paths"].values():
        for operation in operations.values():
            parameters = operation.get("parameters", [])
            kept = [one for one in parameters if "__" not in one["name"] or one["name"] in THIN]
            operation["parameters"] = kept


def _config(url: str, examples: int, phases: list[str]) -> SchemathesisConfig:
    every = ("examples", "coverage", "fuzzing", "stateful")
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "base-url": url,
            **({"max-time": SHORT_S} if examples == 1 else {}),
            "continue-on-failure": True,
            "output": {"sanitization": {"enabled": False}},
            # NUL is refused in every text, which no pattern says; test_bulk_bad_input.py and test_put_*.py send it
            "generation": {"max-examples": examples, "no-shrink": True, "database": "none", "allow-x00": False},
            "phases": {name: {"enabled": name in phases} for name in every},
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", *UNDONE]}},
            "dictionaries": {
                "sources": {"values": ["ERP", "order-desk"]},
                "buyers": {"values": ["ACME", "BLUE", "COBALT"]},
            },
            "parameters": {
                "path.source": {"dictionary": "sources", "probability": 0.7},
                "query.buyer": {"dictionary": "buyers", "probability": 0.5},
                "body.buyer": {"dictionary": "buyers", "probability": 0.5},
            },
        }
    )


def _note(found: Found, recorder: Any) -> None:
    found.answers.update(node.response.status_code for node in recorder.interactions.values() if node.response)
    for case_id, checks in recorder.checks.items():
        answer = recorder.interactions[case_id].response if case_id in recorder.interactions else None
        for check in checks:
            if check.failure_info is not None and not _is_right(check.name, answer):
                failure = check.failure_info.failure
                shown = f"{check.failure_info.code_sample[:1500]}\n→ {answer.content[:1000] if answer else None!r}"
                found.findings.setdefault((check.name, failure.operation, failure.message[:300]), shown)


def _is_right(check: str, answer: Any) -> bool:
    """True for an answer that is as it should be, though the shape alone does not say so."""
    if answer is None:
        return False
    if check == "positive_data_acceptance":
        return answer.status_code == 400 and answer.json().get("code") in DEPENDS
    return check == "negative_data_rejection" and _is_quarantined(answer)


def _is_quarantined(answer: Any) -> bool:
    """A bulk answers each of its records: it takes in what is good, a bad one is quarantined in a 200, or later."""
    is_bulk = answer.request.url.partition("?")[0].endswith("/bulk/")
    return is_bulk and (answer.status_code == 202 or (answer.status_code == 200 and answer.json()["quarantined"] > 0))
