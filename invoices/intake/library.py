"""Where profiles are found: shipped beside this file, or a TOML file of the user's."""

from __future__ import annotations

from pathlib import Path

from invoices.intake.profile import Profile
from invoices.intake.profile_toml import MAX_TOML_CHARS, load_profile_text, parse_profile
from invoices.intake.reasons import FileRefused
from invoices.intake.toml_section import ProfileInvalid

SHIPPED = Path(__file__).parent / "profiles"


def shipped_names() -> list[str]:
    """The names of the profiles that come with the product."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def shipped_text(name: str) -> str | None:
    """The TOML of a shipped profile; None if there is none of that name."""
    return (SHIPPED / f"{name}.toml").read_text("utf-8") if name in shipped_names() else None


def is_path(name: str) -> bool:
    """True if ``--profile`` means a file: it has a folder or ends in .toml."""
    return name.endswith(".toml") or "/" in name or "\\" in name


def text_of_file(path: Path) -> str:
    """The TOML of a file; raises ``FileRefused`` or :class:`ProfileInvalid`."""
    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_TOML_CHARS + 1)
    except FileNotFoundError as error:
        raise FileRefused("file_missing", value=str(path)) from error
    except OSError as error:
        raise FileRefused("file_unreadable", value=str(path), problem=error.strerror) from error
    return load_profile_text(data)


def shipped_profile(name: str) -> Profile:
    """A shipped profile, read; raises :class:`ProfileInvalid` with the names there are."""
    text = shipped_text(name)
    if text is None:
        raise ProfileInvalid("profile", name, ", ".join(shipped_names()), code="profile_unknown")
    return parse_profile(text)
