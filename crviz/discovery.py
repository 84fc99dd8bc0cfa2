"""Rooms in which every file adds one thing: to add another one is to add a file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any


def found(package: str, name: str) -> Iterator[Any]:
    """What the modules of a package call by a name, in the order of the modules' names.

    Modules that have no such name are what the others share.
    """
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        content = vars(importlib.import_module(f"{package}.{module.name}"))
        if name in content:
            yield content[name]
