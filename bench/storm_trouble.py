"""What happens while the storm's clients ask: money, shipments, limits cut and raised, and what is killed meanwhile."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from subprocess import Popen
from typing import Any

import psutil

from bench.storm_world import BUYER_LIMIT, BUYERS, GROUP_LIMIT, SOURCE, World

PAUSE_S = 0.4
APPLICATION = "storm"


class Business(threading.Thread):
    """People and files at work beside the clients, through the services; a refusal is an answer like any other."""

    def __init__(self, world: World, today: date, seed: int) -> None:
        super().__init__(daemon=True)
        self.done: Counter[str] = Counter()
        self.problem: BaseException | None = None
        self._ended = threading.Event()
        self._world = world
        self._today = today
        self._random = Random(seed)

    def run(self) -> None:
        """One thing after the other until :meth:`finish`."""
        from django.db import connection

        works = [*[self.pay] * 5, *[self.ship] * 3, self.cut, self.raise_limit]
        try:
            while not self._ended.wait(PAUSE_S):
                self._do(self._random.choice(works))
        except BaseException as problem:
            self.problem = problem
        finally:
            connection.close()

    def finish(self) -> None:
        """Stop after what is being done."""
        self._ended.set()
        self.join()
        if self.problem is not None:
            raise self.problem

    def _do(self, work: Callable[[], None]) -> None:
        from core.errors import DomainError

        try:
            work()
            self.done[work.__name__] += 1
        except DomainError as refused:
            self.done[f"{work.__name__}: {refused.code}"] += 1

    def pay(self) -> None:
        """Money comes in that is not set against an invoice yet."""
        from invoices.services.posting.allocations import Incoming, post_receipt

        post_receipt(
            Incoming(
                buyer_id=self._random.choice(self._world.buyer_ids),
                source=SOURCE,
                external_id=f"R{sum(self.done.values())}-{self._random.getrandbits(48):x}",
                currency="USD",
                amount=Decimal(self._random.randint(500, 4_000)),
                day=self._today,
            )
        )

    def ship(self) -> None:
        """An approved order leaves as a whole: looked up and shipped under its account's lock."""
        from django.db import transaction

        from credit.models import Reservation
        from credit.services.accounts import lock_accounts
        from invoices.services.shipments import ShipmentRecord, put_shipment

        buyer_id = self._random.choice(self._world.buyer_ids)
        with transaction.atomic():
            lock_accounts(buyer_id)
            active = Reservation.objects.filter(buyer=buyer_id, state="active", order__status="open")
            held = active.order_by("created_at").first()
            if held is not None:
                put_shipment(
                    ShipmentRecord(
                        order_id=held.order_id,
                        source=SOURCE,
                        external_id=f"S{held.order_id}",
                        promised_on=self._today,
                        shipped_on=self._today,
                    )
                )

    def cut(self) -> None:
        """A director cuts a limit to between a half and nine tenths of what accounts of its kind began with."""
        from credit.services.limits import set_limit

        place = self._random.randrange(len(self._world.account_ids))
        new = self._new_limit(place, self._random.randint(50, 90))
        account = self._world.account_ids[place]
        set_limit(account, new, actor=self._world.director, reason="storm", as_of=self._today)

    def raise_limit(self) -> None:
        """An analyst asks for more, manager and director sign."""
        from credit.domain.kinds import RequestState
        from credit.models import CreditAccount
        from credit.services.requests import Asked, approve_request, create_request

        place = self._random.randrange(len(self._world.account_ids))
        owner = CreditAccount.objects.get(pk=self._world.account_ids[place])
        new = self._new_limit(place, self._random.randint(90, 130))
        asked = Asked(new=new, reason="storm", buyer_id=owner.buyer_id, group_id=owner.group_id)
        row = create_request(asked, actor=self._world.analyst, as_of=self._today)
        for signer in (self._world.director, self._world.manager):
            if row.state == RequestState.PENDING:
                row = approve_request(row.pk, version=row.version, actor=signer, as_of=self._today)

    def _new_limit(self, place: int, percent: int) -> Any:
        from core.money import Money
        from credit.domain.kinds import LimitKind
        from credit.domain.limit_changes import NewLimit

        began = BUYER_LIMIT if place < BUYERS else GROUP_LIMIT
        return NewLimit(LimitKind.OWN, Money(began * percent / 100, "USD"), self._today)


class Killer(threading.Thread):
    """Ends web workers, the job worker and database connections of both, one after the other."""

    def __init__(self, web: Popen[bytes], restart_worker: Callable[[], None], dsn: str, every_s: float) -> None:
        super().__init__(daemon=True)
        self.killed: Counter[str] = Counter()
        self._ended = threading.Event()
        self._web = web
        self._restart_worker = restart_worker
        self._dsn = dsn
        self._every_s = every_s
        self._random = Random(self._every_s)

    def run(self) -> None:
        """Connections twice as often as processes."""
        works = (self.connections, self.web_worker, self.connections, self.job_worker)
        turn = 0
        while not self._ended.wait(self._every_s):
            works[turn % len(works)]()
            turn += 1

    def finish(self) -> None:
        """No more."""
        self._ended.set()
        self.join()

    def web_worker(self) -> None:
        """As the kernel would for lack of memory; gunicorn starts another one."""
        workers = psutil.Process(self._web.pid).children()
        if workers:
            with suppress(psutil.NoSuchProcess):
                self._random.choice(workers).kill()
                self.killed["web workers"] += 1

    def job_worker(self) -> None:
        """The worker with its pool; another one is started."""
        self._restart_worker()
        self.killed["job workers"] += 1

    def connections(self) -> None:
        """A few connections of web and worker, whatever they are doing."""
        import psycopg2

        with suppress(psycopg2.OperationalError), closing(psycopg2.connect(self._dsn)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(_TERMINATE_SQL, {"application": APPLICATION})
                self.killed["database connections"] += cursor.rowcount


_TERMINATE_SQL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = %(application)s AND datname = current_database() ORDER BY random() LIMIT 4
"""


def later(today: date) -> str:
    """A day on which releases of today still hold."""
    return (today + timedelta(days=10)).isoformat()
