"""The only place for what a setting is, and for how places in the document of settings are written."""

from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["FILE_SUFFIX", "PREFIX", "REQUIRED", "TENANTS", "Place", "Setting", "spelled"]

PREFIX = "SAIL_"
FILE_SUFFIX = "_FILE"
REQUIRED = "required"
TENANTS = "tenants"

Place: TypeAlias = tuple[str | int, ...]
"""The keys and positions that lead to a value in the document of settings."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set.

    Attributes:
        environment: the variable's name.
        key: where its value stands in the document of settings; "" when it only says where others are found.
        default: as a person would write it; REQUIRED when there is none.
        meaning: a sentence part, in Markdown, for the README, the help and the message about a missing value.
        flag: the command-line spelling, for what is not a tenant's.
        or_file: whether ``<environment>_FILE`` may name a file with the value instead; such a value is never shown.
        secret: whether a configuration file must name such a file, and may not have the value.
        many: whether it is a list.
    """

    environment: str
    key: str
    default: str
    meaning: str
    flag: str | None = None
    or_file: bool = False
    secret: bool = False
    many: bool = False

    @property
    def environments(self) -> tuple[str, ...]:
        """The variables that set it."""
        return (self.environment, self.environment + FILE_SUFFIX) if self.or_file else (self.environment,)

    @property
    def file_name(self) -> str:
        """The file's name in the secrets directory."""
        return self.environment.removeprefix(PREFIX).lower()

    @property
    def file_keys(self) -> tuple[str, ...]:
        """The keys of a configuration file that give it: its own, one that names a file with the value, or both."""
        own = self.key.rpartition(".")[2]
        return ((own,) if not self.secret else ()) + ((own + FILE_SUFFIX.lower(),) if self.or_file else ())

    @property
    def plain_meaning(self) -> str:
        """The meaning for a terminal."""
        return self.meaning.replace("`", "")

    @property
    def names_a_file(self) -> bool:
        """Whether the value is the path of a file."""
        return bool(self.key) and self.environment.endswith(FILE_SUFFIX)

    @property
    def of_tenant(self) -> bool:
        """Whether it describes a tenant rather than the process."""
        return self.key.startswith(f"{TENANTS}[].")

    def place(self, tenant: int = 0) -> Place:
        """Where the value stands in the document of settings, for one of its tenants."""
        steps = self.key.removeprefix(f"{TENANTS}[].").split(".")
        return (TENANTS, tenant, *steps) if self.of_tenant else tuple(steps)


def spelled(place: Place) -> str:
    """A place as people write it: ``tenants[0].base_url``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")
