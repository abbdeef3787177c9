"""The only place that reads settings from where they are given: flags, environment variables, the secrets directory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from exporter.errors import SettingsError
from exporter.settings.spelling import misspelt
from exporter.settings.table import CLIENT_ID, CLIENT_SECRET, CONFIG_FILE, FILE_SUFFIX, SECRETS_DIR, SETTINGS, Setting

__all__ = ["Given", "Layer", "given", "layers", "problems"]

_FILE_LIMIT_BYTES = 64 * 1024

_CREDENTIAL = (CLIENT_ID, CLIENT_SECRET)
"""Files with these may change, and are read again at each token request."""

_WITH_VALUE = tuple(setting for setting in SETTINGS if setting.key)
"""Settings proper: the others say where to find these."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was given for a setting.

    Attributes:
        value: the text, or the path of the file that has it and may change.
        origin: the flag, variable or file, as the user knows it.
    """

    value: str | Path = field(repr=False)
    origin: str


Layer = Mapping[Setting, Given]
"""What one source gives."""


def layers(flags: Mapping[str, str], environ: Mapping[str, str]) -> tuple[Layer, ...]:
    """What each source gives, the strongest first. An empty text counts as not given.

    Args:
        flags: texts by the name of the variable whose flag was used.
        environ: the process' environment.

    Raises:
        SettingsError: the secrets directory, or a file in it, cannot be read.
    """
    directory = environ.get(SECRETS_DIR.environment, "")
    return (
        dict(_of_flags(flags)),
        dict(_of_environment(environ)),
        dict(_of_directory(Path(directory))) if directory else {},
    )


def given(setting: Setting, sources: tuple[Layer, ...]) -> Given | None:
    """What the strongest source gives for a setting."""
    return next((layer[setting] for layer in sources if setting in layer), None)


def problems(flags: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[str]:
    """One line for each name that cannot be obeyed, whatever its value."""
    yield from misspelt(environ)
    for setting in SETTINGS:
        if setting.or_file and all(environ.get(name) for name in setting.environments):
            yield f"{' and '.join(setting.environments)}: only one of them may be set"
    if flags.get(CONFIG_FILE) or environ.get(CONFIG_FILE):
        yield f"{CONFIG_FILE}, --config.file: configuration files are not supported; use the environment and flags"


def _of_flags(flags: Mapping[str, str]) -> Iterator[tuple[Setting, Given]]:
    for setting in _WITH_VALUE:
        if setting.flag and (text := flags.get(setting.environment)):
            yield setting, Given(text, setting.flag)


def _of_environment(environ: Mapping[str, str]) -> Iterator[tuple[Setting, Given]]:
    for setting in _WITH_VALUE:
        if text := environ.get(setting.environment):
            yield setting, Given(text, setting.environment)
        elif setting.or_file and (text := environ.get(name := setting.environment + FILE_SUFFIX)):
            yield setting, Given(_of_file(setting, Path(text)), name)


def _of_directory(directory: Path) -> Iterator[tuple[Setting, Given]]:
    names = _names(directory)
    for setting in _WITH_VALUE:
        path = directory / setting.file_name
        if path.name in names and (value := _of_file(setting, path)):
            yield setting, Given(value, str(path))


def _of_file(setting: Setting, path: Path) -> str | Path:
    return path if setting in _CREDENTIAL else _text(path)


def _names(directory: Path) -> frozenset[str]:
    try:
        return frozenset(path.name for path in directory.iterdir())
    except OSError as error:
        message = f"{SECRETS_DIR.environment}: must name a directory that can be read ({type(error).__name__})"
    raise SettingsError(message)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_FILE_LIMIT_BYTES).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read ({type(error).__name__})"
    raise SettingsError(message)
