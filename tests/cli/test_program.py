"""Commands, help, usage and exit statuses."""

import re
from pathlib import Path

import click
import pytest

from exporter import __version__
from exporter.cli.program import SECTIONS, program
from exporter.settings.table import PREFIX, SETTINGS
from exporter.simulator.scenario import scenario_names
from tests.cli.commands import Result, invoke

README = Path(__file__).parents[2] / "README.md"
NAMES = ["serve", "demo", "simulate", "scrape", "status", "check", "config", "healthcheck", "completion"]


def run(*args: str, **environ: str) -> Result:
    """The command line, run in this process."""
    return invoke(*args, **environ)


def leaves(command: click.Command, path: str) -> list[str]:
    """The commands that do something, by their whole names."""
    if isinstance(command, click.Group):
        return [leaf for sub in command.commands.values() for leaf in leaves(sub, f"{path} {sub.name}")]
    return [path]


def test_commands_are_those_listed() -> None:
    """The sections of the help list every command once."""
    assert [command.name for section in SECTIONS.values() for command in section] == NAMES
    assert list(program.commands) == NAMES


def test_version_is_told() -> None:
    """``--version`` prints the program's name and version."""
    assert run("--version").output == f"sailpoint-exporter {__version__}\n"


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_shows_each_command_and_each_setting(flag: str) -> None:
    """The help has every command with a sentence, in sections, and every variable."""
    result = run(flag)
    assert result.exit_code == 0
    for name in NAMES:
        assert re.search(rf"^  {name}  +[A-Z]", result.output, re.MULTILINE)
    for setting in SETTINGS:
        for name in setting.environments:
            assert name in result.output
    assert all(f"\n{title}:\n" in result.output for title in SECTIONS)


@pytest.mark.parametrize("path", [leaf for name in NAMES for leaf in leaves(program.commands[name], name)])
def test_each_command_explains_itself(path: str) -> None:
    """Each command's help has a sentence about it and one about each of its options."""
    result = run(*path.split(), "--help")
    assert result.exit_code == 0
    options = re.findall(r"^  (?:-\w, )?--[\w.-]+(?: [A-Z|:\[\]]+)?(.*)$", result.output, re.MULTILINE)
    assert options
    assert "  " in result.output.split("\n\n")[1]


@pytest.mark.parametrize("command", ["serve", "scrape", "demo", "healthcheck"])
def test_flags_name_their_variables(command: str) -> None:
    """Each flag's help names the variable that does the same, and the default."""
    text = " ".join(run(command, "--help").output.split())
    for setting in SETTINGS:
        if setting.flag:
            assert f"{setting.flag} TEXT" in text
            assert f"[env: {setting.environment}; default: {setting.default}]" in text


def test_no_flag_takes_a_secret() -> None:
    """What is on a command line can be read by every user of the machine."""
    assert "client-secret" not in run("serve", "--help").output
    assert run("serve", "--client-secret=x").exit_code == 2


@pytest.mark.parametrize("args", [[], ["--log.level=debug"], ["serve"]])
def test_without_a_command_the_exporter_serves(args: list[str]) -> None:
    """No command, or a flag in its place, is ``serve``: here it ends at once, since no setting is given."""
    result = run("scrape")
    served = invoke(*args)
    assert served.exit_code == 2
    assert served.stderr == result.stderr


def test_configuration_errors_are_one_line_each_on_stderr() -> None:
    """Every problem is a line of stderr, stdout stays empty, and the exit status is 2."""
    result = run("scrape", "--scrape.concurrency=0", SAIL_CLIENT_SECRET="CANARY", SAIL_CLIENTID="x")
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("sailpoint-exporter: ") for line in lines)
    assert "CANARY" not in result.output


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["serve", "extra"],
        ["scrape", "--no-such-flag"],
        ["simulate", "--clients=0"],
        ["simulate", "--clusters=0"],
        ["simulate", "--speed=0"],
        ["simulate", "--listen=9854"],
        ["simulate", "--scenario=nonsense"],
        ["demo", "--scenario=nowhere/story.toml"],
        ["demo", "--scenario=one-va-dies", "--clients=16"],
        ["simulate", "--scenario=one-va-dies", "--clusters=3"],
        ["status", "get"],
        ["status", "get", "../x"],
        ["status", "get", "5678", "--type=va"],
        ["status", "update", "5678"],
    ],
)
def test_wrong_usage_ends_with_status_2(args: list[str]) -> None:
    """What cannot be understood is answered with a usage line and exit status 2."""
    result = run(*args)
    assert result.exit_code == 2
    assert "Usage: sailpoint-exporter" in result.stderr


@pytest.mark.parametrize("command", ["demo", "simulate"])
def test_scenarios_are_listed(command: str) -> None:
    """One a line, with what it tells; nothing is served."""
    result = run(command, "--list-scenarios")
    assert result.exit_code == 0
    assert re.search(r"^one-va-dies +One of three VAs falls silent and comes back$", result.output, re.MULTILINE)
    assert len(result.output.splitlines()) == len(scenario_names())


def test_a_scenario_that_cannot_be_played_is_told_in_one_line(tmp_path: Path) -> None:
    """With what must be mended, besides the usage."""
    story = tmp_path / "story.toml"
    story.write_text('summary = "x"\nminutes = 1\ntenants.acme.clusters = ["1"]')
    result = run("simulate", f"--scenario={story}")
    problem = "story.toml: tenants.acme: clusters 1 must be a whole number"
    assert result.stderr.splitlines()[-1] == f"Error: Invalid value for '--scenario': {problem}"


def test_configuration_file_may_be_named_by_the_flag() -> None:
    """The flag of the configuration file is obeyed: one that is not there is told in one line."""
    result = run("scrape", "--config.file=nowhere.yml")
    assert result.stderr.startswith("sailpoint-exporter: nowhere.yml: cannot be read: No such file or directory\n")


def test_completion_offers_the_commands() -> None:
    """Shell completion sees the program's commands, not those of ``serve``."""
    result = run(_SAILPOINT_EXPORTER_COMPLETE="bash_complete", COMP_WORDS="sailpoint-exporter s", COMP_CWORD="1")
    assert [line.split(",")[1] for line in result.output.splitlines()] == ["scrape", "serve", "simulate", "status"]


def test_readme_has_every_command() -> None:
    """The README's table of commands lists each command that the program has, and no other."""
    table = README.read_text(encoding="utf-8").split("<!-- commands -->")[1].split("<!-- /commands -->")[0]
    written = re.findall(r"^\| `sailpoint-exporter ((?:[a-z]+ ?)+)", table, re.MULTILINE)
    known = [leaf for name in NAMES for leaf in leaves(program.commands[name], name)]
    assert sorted(name.strip() for name in written) == sorted(known)


def test_each_variable_in_a_help_text_exists() -> None:
    """No command's help names a variable that is none."""
    named = {word for name in NAMES for word in re.findall(rf"{PREFIX}\w+", run(name, "--help").output)}
    assert named <= {environment for setting in SETTINGS for environment in setting.environments}
