"""How long loops show that they go on."""

from collections.abc import Callable, Iterable

import click
from django.core.management.base import OutputWrapper


def track(output: OutputWrapper) -> Callable[[Iterable, int, str], Iterable]:
    """A wrapper for loops: a progress bar on a terminal, a plain line otherwise."""

    def tracked(items: Iterable, length: int, label: str) -> Iterable:
        if not output.isatty():
            output.write(f"{label} …")
            yield from items
            return
        with click.progressbar(items, length=length, label=label) as shown:
            yield from shown

    return tracked
