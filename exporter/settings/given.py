"""The only place for the shape of what a source gives, before anything is checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exporter.settings import files
from exporter.settings.setting import Place, Setting
from exporter.settings.table import CLIENT_ID, CLIENT_SECRET

__all__ = ["Given", "Layer", "of_file"]

_LIMIT_BYTES = 64 * 1024

_READ_LATER = (CLIENT_ID, CLIENT_SECRET)
"""Files with these may change, and are read again at each token request."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was given for a setting.

    Attributes:
        value: the text, the list of a configuration file, or the path of the file that has it and may change.
        origin: the flag, variable, file or place in it, as the user knows it.
    """

    value: Any = field(repr=False)
    origin: str


Layer = Mapping[Place, Given]
"""What one source gives."""


def of_file(setting: Setting, path: Path) -> str | Path:
    """What is given for a setting by the file that has its value.

    Raises:
        SettingsError: it cannot be read.
    """
    return path if setting in _READ_LATER else files.text(path, _LIMIT_BYTES).strip()
