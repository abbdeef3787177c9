"""The only place for options that several commands share: those of the settings, and those of the simulated tenant."""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from exporter.cli import logs
from exporter.settings.table import SETTINGS, Setting
from exporter.settings.values import ListenAddress, duration_within, identifier, listen_address

if TYPE_CHECKING:
    from exporter.settings.configuration import Configuration
    from exporter.simulator.scenario_parts import Scenario

__all__ = [
    "DURATION",
    "MANAGED_CLIENT_ID",
    "SimulationOptions",
    "configured",
    "prepared",
    "settings_options",
    "simulation_options",
    "simulation_options_of",
]

logger = logging.getLogger("exporter.settings")

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class SimulationOptions:
    """What a simulated tenant is like; the attributes are the parameters of its options."""

    listen: ListenAddress
    clients: int
    clusters: int
    seed: int
    latency_millis: int
    rate_limit: int
    token_lifetime_seconds: int
    speed: float
    clock_skew_seconds: float
    scopes: tuple[str, ...]
    plain: bool
    scenario: "Scenario | None" = None


def settings_options(command: Command) -> Command:
    """Add a flag for each setting that has one; the command receives ``**flags``, by the variables' names."""
    for setting in reversed(SETTINGS):
        if setting.flag:
            command = _flag(setting)(command)
    return command


def _flag(setting: Setting) -> Callable[[Command], Command]:
    return click.option(
        setting.flag or "",
        setting.environment,
        metavar="TEXT",
        help=f"{setting.plain_meaning} [env: {setting.environment}; default: {setting.default}]",
    )


def configured(flags: Mapping[str, str | None], environ: Mapping[str, str] = os.environ) -> "Configuration":
    """The configuration that flags and environment give, with logging set up as it says.

    Raises:
        SettingsError: with every problem found.
    """
    from exporter.settings.loading import load  # noqa: PLC0415 - imports pydantic

    return prepared(load({name: text for name, text in flags.items() if text is not None}, environ))


def prepared(configuration: "Configuration") -> "Configuration":
    """The configuration, once logging is set up as it says, and secrets that others may read are told of."""
    from exporter.settings.loading import exposed_secrets  # noqa: PLC0415 - imports pydantic

    logs.configure(configuration.log.level, configuration.log.format)
    for warning in exposed_secrets(configuration):
        logger.warning("%s", warning)
    return configuration


class _Parsed(click.ParamType[Any]):
    """A parameter read by one of the functions that read settings."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's signature
        """The value read, or a usage error that says what it must be."""
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _scenario(text: str) -> "Scenario":
    """A scenario that comes along, by its name, or one in a file."""
    from exporter.simulator.scenario import load_scenario, named_scenario  # noqa: PLC0415 - imports starlette

    return load_scenario(Path(text)) if text.endswith(".toml") or os.sep in text else named_scenario(text)


def _list_scenarios(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if not wanted or context.resilient_parsing:
        return
    from exporter.simulator.scenario import named_scenario, scenario_names  # noqa: PLC0415 - imports starlette

    width = max(map(len, scenario_names()))
    for name in scenario_names():
        click.echo(f"{name:{width}}  {named_scenario(name).summary}")
    context.exit()


DURATION = _Parsed("duration", duration_within("1s", "1h"))
MANAGED_CLIENT_ID = _Parsed("id", identifier)

_SIMULATION = (
    click.option(
        "--scenario",
        metavar="NAME|FILE",
        type=_Parsed("scenario", _scenario),
        help="play a story: who is there, and what happens to them and when",
    ),
    click.option(
        "--list-scenarios",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_list_scenarios,
        help="print the scenarios that come along, and exit",
    ),
    click.option("--clients", default=16, show_default=True, type=click.IntRange(1), help="managed clients"),
    click.option("--clusters", default=3, show_default=True, type=click.IntRange(1), help="managed clusters"),
    click.option("--seed", default=1, show_default=True, type=int, help="same seed, same ids and same story"),
    click.option(
        "--latency-millis", default=0, show_default=True, type=click.IntRange(0), help="added to every answer"
    ),
    click.option(
        "--rate-limit", default=100, show_default=True, type=click.IntRange(0), help="calls in 10 s, 0 for no limit"
    ),
    click.option(
        "--token-lifetime-seconds", default=43199, show_default=True, type=click.IntRange(1), help="expires_in"
    ),
    click.option(
        "--speed",
        default=1.0,
        show_default=True,
        type=click.FloatRange(0.001, 10_000),
        help="how many times faster its managed clients live and its scenario is played",
    ),
    click.option(
        "--clock-skew-seconds", default=0.0, show_default=True, type=float, help="its clock minus this machine's"
    ),
    click.option(
        "--scopes",
        default="",
        metavar="SCOPE,...",
        type=_Parsed("scopes", _words),
        help="what the credential may do [default: all that the exporter can use]",
    ),
    click.option("--plain", is_flag=True, help="status documents with the published keys only, so without jobs"),
)


def simulation_options(listen: str) -> Callable[[Command], Command]:
    """Add the options of a simulated tenant, which listens on ``listen`` unless told otherwise.

    The command receives their values as the keyword arguments of SimulationOptions.
    """
    where = click.option(
        "--listen",
        default=listen,
        show_default=True,
        metavar="HOST:PORT",
        type=_Parsed("address", listen_address),
        help="where the simulated tenant listens",
    )

    def decorate(command: Command) -> Command:
        for option in reversed((where, *_SIMULATION)):
            command = option(command)
        return command

    return decorate


def simulation_options_of(options: Mapping[str, Any]) -> SimulationOptions:
    """What the command that is running was asked to simulate.

    Raises:
        click.UsageError: a number of clients or clusters, and a scenario, which says itself who is there.
    """
    context = click.get_current_context()
    for name in ("clients", "clusters"):
        if options["scenario"] and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            message = f"--{name} contradicts --scenario, which says who is there"
            raise click.UsageError(message)
    return SimulationOptions(**options)
