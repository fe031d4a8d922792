"""The help of a command: names of values for people instead of types of Python."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

#: The panel of the options that every command has.
EVERY_COMMAND = "Every command"


class HelpCommand(TyperCommand):
    """A command whose help shows the names of values (metavars), and no types or ranges in Python's notation."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        for parameter in self.get_params(ctx):
            shown: Any = parameter
            if parameter.param_type_name == "argument":
                shown.display_type_rich = _nothing  # the name of the argument says what it is
            elif getattr(parameter, "is_flag", False):
                shown.metavar = ""
                _move_opposite(shown)
            shown._get_number_range_help_str = _nothing
        super().format_help(ctx, formatter)


def _move_opposite(flag: Any) -> None:
    """Move the name with --no- into the help text; in a column of its own a terminal of 80 columns cuts it off."""
    if any(name.startswith("--no-") for name in flag.secondary_opts):
        flag.help = f"{flag.help} Opposite: {', '.join(flag.secondary_opts)}."
        flag.secondary_opts = []


def _nothing(*_: Any, **__: Any) -> None:
    return None
