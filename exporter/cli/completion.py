"""The command ``completion``: the script by which a shell completes this program's commands and options."""

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

__all__ = ["completion"]

_SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command()
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    r"""Print the script that completes commands for a shell.

    \b
    bash  eval "$(sailpoint-exporter completion bash)"     in ~/.bashrc
    zsh   eval "$(sailpoint-exporter completion zsh)"      in ~/.zshrc
    fish  sailpoint-exporter completion fish | source      in ~/.config/fish/config.fish
    """
    program = ctx.find_root()
    name = str(program.info_name)
    variable = f"_{name.replace('-', '_').upper()}_COMPLETE"
    click.echo(_SHELLS[shell](program.command, {}, name, variable).source())
