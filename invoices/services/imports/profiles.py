"""Profiles: shipped, saved by people, or files of their own; found by one name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access.scope import require
from core.domain.roles import Permission
from core.models import User
from core.services import audit
from invoices.intake.library import is_path, shipped_names, shipped_text, text_of_file
from invoices.intake.profile import Profile
from invoices.intake.profile_toml import check_complete, parse_profile
from invoices.intake.profile_write import write_profile
from invoices.intake.toml_section import ProfileInvalid
from invoices.models import ImportProfile


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """A profile as lists show it."""

    name: str
    title: str
    source: str
    is_shipped: bool


def list_profiles() -> list[ProfileEntry]:
    """Saved profiles first, then those that come with the product."""
    saved = [(row.name, row.toml, False) for row in ImportProfile.objects.order_by("name")]
    shipped = [(name, shipped_text(name) or "", True) for name in shipped_names()]
    found = []
    for name, toml, is_shipped in saved + shipped:
        profile = parse_profile(toml)
        found.append(ProfileEntry(name, profile.title or name, profile.source, is_shipped))
    return found


def find_profile(name: str) -> tuple[Profile, str]:
    """The profile of that name or path, with its TOML; raises ``profile_unknown`` with the names there are."""
    toml = text_of_file(Path(name)) if is_path(name) else _named_text(name)
    return parse_profile(toml), toml


def _named_text(name: str) -> str:
    toml = shipped_text(name)
    if toml is None:
        toml = ImportProfile.objects.filter(name=name).values_list("toml", flat=True).first()
    if toml is None:
        known = [*ImportProfile.objects.order_by("name").values_list("name", flat=True), *shipped_names()]
        raise ProfileInvalid(
            "profile",
            name,
            _("a path to a TOML file, or one of: %(names)s") % {"names": ", ".join(known)},
            code="profile_unknown",
        )
    return toml


@transaction.atomic
def save_profile(*, toml: str, actor: User) -> ImportProfile:
    """Keep a profile under its own name; an earlier one of that name is replaced. Shipped names are taken."""
    require(actor, Permission.LEDGER_IMPORT)
    profile = parse_profile(toml)
    if profile.name in shipped_names():
        raise ProfileInvalid("name", profile.name, _("another name: this one comes with the product"))
    row, is_new = ImportProfile.objects.update_or_create(
        name=profile.name, defaults={"toml": toml, "updated_at": timezone.now(), "updated_by": actor}
    )
    action = "invoices.profile.created" if is_new else "invoices.profile.changed"
    audit.record(actor=actor, action=action, subject_type="profile", subject_id=profile.name, data={"toml": toml})
    return row


def save_mapping(*, base: str, name: str, columns: Mapping[str, str], actor: User) -> ImportProfile:
    """Keep the profile ``base`` under another name with other columns: the mapping made on the page.

    ``columns`` gives the file's column for each field that is read; fields left out are not read.
    """
    profile, _toml = find_profile(base)
    changed = profile.with_columns({field: text for field, text in columns.items() if text}, name=name)
    check_complete(changed)
    return save_profile(toml=write_profile(changed), actor=actor)
