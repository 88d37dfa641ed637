"""Groups of commands as the command line shows them."""

import click


class InOrder(click.Group):
    """Lists its commands in the order in which they are defined."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)
