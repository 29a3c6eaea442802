"""What a first lesson makes Python import. Runs **inside of Pyodide** under Node; prints nothing, returns files.

Only a hint for speed: what is listed ships as bytecode, all else as source, which is smaller and shows in tracebacks.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import warnings

LESSON = (
    "asyncio",
    "calendar",
    "collections.abc",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "glob",
    "heapq",
    "html",
    "io",
    "itertools",
    "json",
    "math",
    "operator",
    "os",
    "pathlib",
    "pprint",
    "random",
    "re",
    "shutil",
    "sqlite3",
    "statistics",
    "string",
    "tempfile",
    "textwrap",
    "time",
    "timeit",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
    "uuid",
    "xml.etree.ElementTree",
    "zipfile",
)
"""Modules of the standard library that a beginner's notebook imports."""

CELLS = (
    "1 + 1",
    "def f(x):\n    return 1 / x\nf(0)",
    "print(undefined",
    "import os\nos?",
    "from IPython.display import HTML, Image, Markdown, SVG, display\ndisplay(HTML('<b>x</b>'))",
    "%timeit -n1 -r1 pass",
    "%%time\npass",
)
"""Cells as students run them: a value, an error, a typing slip, a question, a picture, a magic."""


def modules_after_a_lesson() -> str:
    """JSON list of the files of all modules loaded once the kernel has started and these cells have run."""
    kernel = importlib.import_module("pyodide_kernel")
    for name in LESSON:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    shell = kernel.ipython_shell
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for cell in CELLS:
            shell.run_cell(cell)
        completer = importlib.import_module("IPython.core.completer")
        with completer.provisionalcompleter():
            list(completer.rectify_completions("os.pa", shell.Completer.completions("os.pa", 5)))
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    return json.dumps(sorted(file for file in files if isinstance(file, str)))
