"""Reading a batch that is not imported yet in another way: another profile, or the columns chosen on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from core.access.scope import require
from core.domain.roles import Permission
from core.errors import InvalidTransition, NotFound
from core.models import User
from invoices.domain.kinds import BatchState
from invoices.intake.date_pattern import FORM, DatePattern, compile_pattern
from invoices.intake.number_format import NumberFormat
from invoices.intake.profile import Profile
from invoices.intake.profile_toml import check_complete, parse_profile
from invoices.intake.profile_write import write_profile
from invoices.intake.toml_section import ProfileInvalid
from invoices.models import ImportBatch
from invoices.services.imports.profiles import find_profile, save_profile

# The mark that groups thousands, by the decimal mark.
NOTATIONS = {".": ",", ",": "."}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose: a column for each field that is read, how dates and numbers are written, a name for it."""

    name: str
    source: str
    columns: Mapping[str, str]
    date_format: str
    decimal: str
    currency: str = ""


@transaction.atomic
def use_profile(batch_id: int, *, profile: str, actor: User) -> ImportBatch:
    """Read the batch under another profile; raises ``profile_unknown``, or ``InvalidTransition`` once imported."""
    batch = _lock(batch_id, actor)
    chosen, toml = find_profile(profile)
    return _keep(batch, chosen, toml)


@transaction.atomic
def remap(batch_id: int, *, chosen: Chosen, actor: User) -> ImportBatch:
    """Keep the choice as a profile of that name, for the next file of the same source, and read the batch by it."""
    batch = _lock(batch_id, actor)
    profile = _changed(parse_profile(batch.profile_toml), chosen)
    check_complete(profile)
    toml = write_profile(profile)
    save_profile(toml=toml, actor=actor)
    return _keep(batch, profile, toml)


def _changed(profile: Profile, chosen: Chosen) -> Profile:
    columns = {field: column for field, column in chosen.columns.items() if column}
    numbers = NumberFormat(chosen.decimal, NOTATIONS[chosen.decimal], profile.numbers.ignore)
    defaults = {**profile.defaults, **({"currency": chosen.currency} if chosen.currency else {})}
    changed = profile.with_columns(columns, name=chosen.name)
    return replace(
        changed,
        title="" if chosen.name != profile.name else profile.title,
        source=chosen.source,
        dates=_pattern(chosen.date_format),
        numbers=numbers if chosen.decimal != profile.numbers.decimal else profile.numbers,
        defaults=defaults,
    )


def _pattern(text: str) -> DatePattern:
    try:
        return compile_pattern(text)
    except ValueError as error:
        raise ProfileInvalid("date_format", text, FORM) from error


def _lock(batch_id: int, actor: User) -> ImportBatch:
    require(actor, Permission.LEDGER_IMPORT)
    batch = ImportBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NotFound("batch_missing", _("There is no such import."), {"field": "batch", "value": batch_id})
    if batch.state != BatchState.PREVIEW:
        raise InvalidTransition(current=batch.state, allowed=(BatchState.PREVIEW,))
    return batch


def _keep(batch: ImportBatch, profile: Profile, toml: str) -> ImportBatch:
    batch.profile, batch.profile_toml, batch.is_history = profile.name, toml, profile.is_history
    batch.save(update_fields=["profile", "profile_toml", "is_history"])
    return batch
