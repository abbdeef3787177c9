"""What a row does inside of the program, from outside: Python runs this before anything else.

As a plain installation has it, httpx finds no rich to load. A file ``clock`` in ``FAULT_FOLDER`` moves the wall clock
by so many seconds; ``FAULT_TARGET`` names a function, ``module:name``, that does while there is a file ``armed`` what
that file says: raise the exception of that name, or sleep for that many seconds.
"""

import builtins
import importlib.util
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.abc import MetaPathFinder
from typing import Any

sys.modules["rich"] = None  # type: ignore[assignment] # how an import is made to fail

FOLDER = os.environ.get("FAULT_FOLDER", "")
TEXT = "CANARY in the text of a bug"
MODULE, _, NAME = os.environ.get("FAULT_TARGET", "").partition(":")


class Unheard(BaseException):
    """An exception that is no Exception."""


def told(name: str) -> str:
    """What a file says; "" when there is none."""
    with suppress(OSError), open(os.path.join(FOLDER, name)) as file:  # noqa: PTH118, PTH123 - pathlib is not loaded yet
        return file.read()
    return ""


def sabotaged(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which obeys the file."""

    def does(*args: Any, **options: Any) -> Any:
        order = told("armed")
        if order.replace(".", "").isdigit():
            time.sleep(float(order))
        elif order:
            raise getattr(builtins, order, Unheard)(TEXT)
        return function(*args, **options)

    return does


class Finder(MetaPathFinder):
    """Finds one module, once."""

    def find_spec(self, name: str, *_: Any) -> Any:
        """The module's own spec, whose loader replaces the function."""
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec
        assert spec.loader
        load = spec.loader.exec_module

        def loads(module: Any) -> None:
            load(module)
            *outer, last = NAME.split(".")
            holder = getattr(module, outer[0]) if outer else module
            setattr(holder, last, sabotaged(getattr(holder, last)))

        spec.loader.exec_module = loads  # type: ignore[method-assign] # this is sabotage
        return spec


if FOLDER:
    wall_clock = time.time
    time.time = lambda: wall_clock() + float(told("clock") or 0)
if MODULE:
    sys.meta_path.insert(0, Finder())
