"""The only place that reads settings from a configuration file, by the keys of the table of settings.

A key's value is text, or a list where the table says so. Nothing is judged here but names and shapes; paths are
relative to the file that they stand in.
"""

import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path

from exporter.errors import SettingsError
from exporter.settings import files
from exporter.settings.given import Given, Layer, of_file
from exporter.settings.setting import TENANTS, Place, Setting, spelled
from exporter.settings.table import SETTINGS
from exporter.settings.yaml_text import Key, NotYamlError, Tree, parse

__all__ = ["read"]

_LIMIT_BYTES = 1024 * 1024

_WORD = re.compile("[A-Za-z_-]{1,64}")


def _known() -> dict[str, dict[str, Setting | None]]:
    """Each mapping's keys, by the key of the mapping: the setting that they set, or None for a mapping inside."""
    known: dict[str, dict[str, Setting | None]] = {"": {}}
    for setting in SETTINGS:
        if setting.key:
            section, _, key = setting.key.rpartition(".")
            parent, _, name = section.rpartition(".")
            known[parent][name.removesuffix("[]")] = None
            known.setdefault(section, {}).update(dict.fromkeys((key, *setting.file_keys), setting))
    return known


_KNOWN = _known()


def read(name: str) -> tuple[Layer, tuple[str, ...]]:
    """What a file gives, and one line for each problem with it.

    Each tenant has an entry of its own besides those of its settings, so that one without any setting is there too.
    """
    try:
        tree, problems = parse(files.text(Path(name), _LIMIT_BYTES))
    except SettingsError as error:
        return {}, error.problems
    except NotYamlError as error:
        return {}, (f"{name}:{error}",)
    reading = _Reading(name)
    reading.section({} if tree is None else tree, "", ())
    return reading.layer, (*(f"{name}:{problem}" for problem in problems), *reading.problems)


@dataclass(slots=True)
class _Reading:
    """A file being read."""

    name: str
    layer: dict[Place, Given] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def section(self, tree: Tree, key: str, place: Place) -> None:
        """Take the settings in a mapping, and in those inside it."""
        if isinstance(tree, dict):
            for name, value in tree.items():
                self.entry(name, value, key, place)
        else:
            self.refuse(place, f"must be a mapping, with the keys {', '.join(_KNOWN[key])}")

    def entry(self, name: Key, value: Tree, section: str, place: Place) -> None:
        """Take what a mapping has under one key."""
        if name not in _KNOWN[section]:
            self.problems.append(f"{self.name}:{name.line}: {_unknown(name, place, list(_KNOWN[section]))}")
        elif value is None:
            pass  # like an empty variable: not given
        elif setting := _KNOWN[section][name]:
            self.setting(setting, value, (*place, str(name)))
        elif name == TENANTS:
            self.tenants(value)
        else:
            self.section(value, f"{section}.{name}".removeprefix("."), (*place, str(name)))

    def tenants(self, tree: Tree) -> None:
        """Take the settings of each tenant."""
        if not isinstance(tree, list) or not tree:
            self.refuse((TENANTS,), "must be a list with an entry for each tenant, or be left out")
            return
        for index, entry in enumerate(tree):
            place = (TENANTS, index)
            self.layer[place] = Given({}, self.origin(place))
            self.section(entry, f"{TENANTS}[]", place)

    def setting(self, setting: Setting, value: Tree, place: Place) -> None:
        """Take one setting's value, or the name of the file that has it."""
        key = setting.key.rpartition(".")[2]
        target = (*place[:-1], key)
        if isinstance(value, dict) or (isinstance(value, list) and not setting.many):
            self.refuse(place, f"must be {'a list' if setting.many else 'one value'}")
        elif setting.secret and place == target:
            self.refuse(place, f"may not be in this file; name a file that has it with {setting.file_keys[0]}")
        elif target in self.layer:
            self.refuse(place, f"only one of {' and '.join(setting.file_keys)} may be set")
        else:
            self.take(setting, value, place, target)

    def take(self, setting: Setting, value: Tree, place: Place, target: Place) -> None:
        """Keep a value of the right shape, under the place that it is for."""
        try:
            self.layer[target] = Given(self.seen_from_here(setting, value, in_file=place != target), self.origin(place))
        except SettingsError as error:
            self.problems += error.problems

    def seen_from_here(self, setting: Setting, value: Tree, *, in_file: bool) -> Tree | Path:
        """A value, whose relative paths start from the directory of this file."""
        if not isinstance(value, str) or not (in_file or setting.names_a_file):
            return value
        path = Path(self.name).parent / value
        return of_file(setting, path) if in_file else str(path)

    def refuse(self, place: Place, why: str) -> None:
        """Note a problem."""
        self.problems.append(f"{self.origin(place)}: {why}")

    def origin(self, place: Place) -> str:
        """A place in this file, as people write it."""
        return f"{self.name}: {spelled(place)}".removesuffix(": ")


def _unknown(name: str, place: Place, known: list[str]) -> str:
    """Why a key is refused.

    One that resembles none may be anything, even a secret, and is not repeated; nor is one that is no word, which may
    have a value in it for want of a space behind its colon.
    """
    nearest = difflib.get_close_matches(name, known, n=1)
    if nearest and _WORD.fullmatch(name):
        return f"{spelled((*place, name))}: there is no such key; did you mean {nearest[0]}?"
    return f"{spelled(place)}: there is no such key; there are {', '.join(known)}".removeprefix(": ")
