"""The region profile: every number, date and list of the policies is a setting of the region.

A package declares its settings as a frozen dataclass in its `profile.py` and registers it under
the name of its TOML table; a profile file overrides them. Nothing but the last step knows Django.

Nouns: setting, profile (one package's settings), region (all of them, loaded), value (one setting
with where it came from). Verbs: declare, register, load, ask for the current one, describe.

Example:
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, kw_only=True)
    ... class TeaProfile:
    ...     minutes: int = setting(10, unit="分钟", label="泡茶时间", source="design", minimum=1)
    >>> TeaProfile().minutes
    10
"""

from tongke.core.profile.declare import (
    REQUIRED,
    ProfileError,
    discover,
    register,
    registered,
    setting,
)
from tongke.core.profile.load import Region, Value, load
from tongke.core.profile.running import (
    TableDescription,
    current,
    describe,
    override,
    reload,
    running,
    use,
)
from tongke.core.profile.tables import (
    AuditProfile,
    Classroom,
    FilesProfile,
    Level,
    RegionProfile,
)

__all__ = [
    "REQUIRED",
    "AuditProfile",
    "Classroom",
    "FilesProfile",
    "Level",
    "ProfileError",
    "Region",
    "RegionProfile",
    "TableDescription",
    "Value",
    "current",
    "describe",
    "discover",
    "load",
    "override",
    "register",
    "registered",
    "reload",
    "running",
    "setting",
    "use",
]
