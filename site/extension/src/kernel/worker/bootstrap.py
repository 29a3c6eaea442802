"""Peerbook's side of Python: streams, displays, questions, sleeps, Stop, and help in words.

Run once by the worker, before any code of a notebook. `_peerbook` is the worker: `emit(json)`, `tick()`, `wait(ms)`,
`ask(prompt, password)`, `ask_later(prompt, password)`, `has_signals`, `comm(...)`, and the limits.

Everything a cell shows goes through one outbox that is delivered ten times a second at most: an endless loop of
prints or pictures costs the page a bounded amount of work, and Python a bounded amount of memory.
"""

import asyncio
import builtins
import getpass
import importlib.util
import io
import json
import re
import shlex
import sys
import time
import warnings

import _peerbook
import pyodide_kernel
from IPython.core.error import UsageError
from pyodide.ffi import can_run_sync, run_sync, to_js
from pyodide_kernel.jsonutil import encode_images, json_clean

shell = pyodide_kernel.ipython_shell
kernel = pyodide_kernel.kernel_instance


class Outbox:
    """What the running cell shows, in order, until it is delivered."""

    def __init__(self):
        self.period = _peerbook.output_period / 1000
        self.items = []  # pairs: the display that an update is for, JSON
        self.parts = None  # text that is still growing: its stream, its parts
        self.delivered = 0.0
        self.timer = False
        self.begin()

    def begin(self):
        """A new run: new budgets."""
        self.text_left = _peerbook.output_bytes
        self.displays_left = _peerbook.displays
        self.told = set()

    def text(self, name, text):
        if self.text_left <= 0:
            # Dropped; but what came before may still wait to be delivered, in a loop that lets no timer run.
            if self.items:
                self.poll()
            return
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if size > self.text_left:
            text = text.encode("utf-8", "surrogatepass")[: self.text_left].decode("utf-8", "ignore")
            self._stream(name, text)
            self.text_left = 0
            self.limit("text")
            return
        self.text_left -= size
        self._stream(name, text)

    def _stream(self, name, text):
        if self.parts is not None and self.parts[0] == name:
            self.parts[1].append(text)
        else:
            self._close()
            self.parts = (name, [text])
        self.poll()

    def _close(self):
        """Turns the open run of text into an item."""
        if self.parts is None:
            return
        name, texts = self.parts
        self.parts = None
        text = "".join(texts)
        if "\r" in text:
            # A progress bar writes over its line many times between two deliveries: the last time counts.
            text = re.sub(r"[^\n\r]*\r(?=[^\n\r]*\r(?!\n))", "", text)
        self.items.append((None, json.dumps({"type": "stream", "name": name, "text": text})))

    def add(self, item):
        self._close()
        self.items.append((None, json.dumps(item)))
        self.poll()

    def display(self, kind, data, metadata, transient=None):
        data = json_clean(encode_images(dict(data or {})))
        transient = transient or {}
        item = {"type": kind, "data": data, "metadata": json_clean(metadata or {}), "transient": json_clean(transient)}
        text = json.dumps(item)
        if len(text) > _peerbook.display_characters:
            self.limit("display", once=False)
            return
        self._close()
        update = None
        if kind == "update":
            update = transient.get("display_id")
            self.items = [old for old in self.items if update is None or old[0] != update]
        elif self.displays_left <= 0:
            self.limit("displays")
            return
        else:
            self.displays_left -= 1
        self.items.append((update, text))
        self.poll()

    def clear(self, wait):
        # What was not delivered yet would be cleared at once: dropped, so that an animation stays cheap.
        self.parts = None
        self.items = []
        self.begin()
        self.add({"type": "clear", "wait": bool(wait)})

    def limit(self, what, once=True):
        if once and what in self.told:
            return
        self.told.add(what)
        self.add({"type": "limit", "what": what})

    def advise(self, about, names=()):
        self.add({"type": "advice", "about": about, "names": list(names)})

    def poll(self):
        if time.monotonic() - self.delivered >= self.period:
            self.flush()
        elif not self.timer:
            asyncio.get_event_loop().call_later(self.period, self._on_timer)
            # Not before: Stop may strike between the two, and no timer would ever be set again.
            self.timer = True

    def _on_timer(self):
        self.timer = False
        self.flush()

    def flush(self):
        self._close()
        self.delivered = time.monotonic()
        if self.items:
            items, self.items = self.items, []
            _peerbook.emit("[" + ",".join(text for _, text in items) + "]")
        _peerbook.tick()


outbox = Outbox()


class Stream(io.TextIOBase):
    """`sys.stdout` and `sys.stderr`."""

    def __init__(self, name):
        self._name = name

    @property
    def name(self):
        return f"<{self._name}>"

    @property
    def encoding(self):
        return "utf-8"

    def writable(self):
        return True

    def isatty(self):
        return False

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        outbox.text(self._name, text)
        return len(text)


def low_level(name, text):
    """What C code writes to the file descriptors 1 and 2."""
    outbox.text(name, text)


# --- what a cell shows ---------------------------------------------------------------------------------------------


def _publish(data, metadata=None, source=None, *, transient=None, update=False, **_):
    outbox.display("update" if update else "display", data, metadata, transient)


def _send_comm(kind, content, metadata, _ident, buffers):
    outbox.flush()
    views = [to_js(memoryview(buffer).tobytes()) for buffer in buffers or ()]
    _peerbook.comm(kind, json.dumps(json_clean(content)), json.dumps(json_clean(metadata or {})), to_js(views))


def _showtraceback(etype, evalue, stb):
    name = getattr(etype, "__name__", str(etype))
    value = str(evalue)
    advice = None
    if name == "CancelledError" and _peerbook.is_stopped():
        # Stop reached a cell that was waiting in `await`: the same word as everywhere else.
        name, value, stb = "KeyboardInterrupt", "", [*(stb[:-1] or []), "KeyboardInterrupt: "]
    elif isinstance(evalue, ModuleNotFoundError) and evalue.name:
        top = evalue.name.split(".")[0]
        if top in _INSTALLERS:
            advice = ("install", [])
        elif importlib.util.find_spec(top) is None:
            advice = ("missing", [top])
    elif _is_network(evalue):
        advice = ("network", [])
    shell._last_traceback = {"name": name, "value": value, "traceback": list(stb), "advice": advice}


_show = shell.showtraceback


def _showtraceback_trimmed(exc_tuple=None, *rest, **options):
    """IPython's, without the lines of this file: an interrupted `time.sleep` ends in the cell that called it."""
    try:
        kind, error, trace = shell._get_exc_info(exc_tuple)
    except ValueError:
        return _show(exc_tuple, *rest, **options)
    at = trace
    while at is not None and at.tb_next is not None:
        if at.tb_next.tb_frame.f_code.co_filename == "<peerbook>" and at is not trace:
            at.tb_next = None
        at = at.tb_next
    return _show((kind, error, trace), *rest, **options)


def _is_network(error):
    seen = 0
    while error is not None and seen < 10:
        if type(error).__name__ in ("URLError", "gaierror", "HttpStatusError", "ConnectionError", "NewConnectionError"):
            return True
        if "No network here" in str(error):
            return True
        error = error.__cause__ or error.__context__
        seen += 1
    return False


# --- questions and sleeps ------------------------------------------------------------------------------------------


class InputUnavailable(EOFError):
    """`input()` cannot wait for an answer on this page."""


def _ask(prompt, password):
    __tracebackhide__ = True
    outbox.flush()
    if _peerbook.has_signals:
        answer = _peerbook.ask(str(prompt), password)
    elif can_run_sync():
        answer = run_sync(_peerbook.ask_later(str(prompt), password))
    else:
        outbox.advise("input")
        raise InputUnavailable("there is no way to wait for an answer on this page")
    # JavaScript's null arrives as an object of Pyodide's own, not as None.
    if not isinstance(answer, str):
        raise KeyboardInterrupt
    return answer


def _input(prompt="", /):
    __tracebackhide__ = True
    return _ask(prompt, False)


def _getpass(prompt="Password: ", stream=None):
    __tracebackhide__ = True
    return _ask(prompt, True)


_monotonic = time.monotonic


def _sleep(seconds, /):
    """`time.sleep` that Stop can end and output can pass."""
    __tracebackhide__ = True
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    end = _monotonic() + seconds
    outbox.flush()
    paused = not _peerbook.has_signals and can_run_sync()
    while (left := end - _monotonic()) > 0:
        stopped = run_sync(_peerbook.wait_later(left * 1000)) if paused else _peerbook.wait(min(left * 1000, 2000))
        if stopped:
            raise KeyboardInterrupt
        _peerbook.tick()


# --- packages and the command line ---------------------------------------------------------------------------------

_INSTALLERS = {"pip", "pip3", "conda", "mamba", "uv", "micropip", "piplite"}


def _names(arguments):
    """The packages named in `install --quiet "x>=1" y`."""
    try:
        words = shlex.split(arguments)
    except ValueError:
        words = arguments.split()
    words = [word for word in words if not word.startswith("-") and word not in ("install", "add", "pip")]
    return [name for word in words if (name := re.split(r"[\[<>=!~;@ ]", word)[0])]


def _install_magic(line):
    """Says that packages come with the workshop."""
    outbox.advise("install", _names(line))


def _system(command):
    words = command.split()
    while words and (words[0].startswith("python") or words[0] in ("-m", "sudo", sys.executable)):
        words.pop(0)
    if words and words[0] in _INSTALLERS:
        outbox.advise("install", _names(" ".join(words[1:])))
    else:
        outbox.advise("shell")
    shell.user_ns["_exit_code"] = 1


def _getoutput(command, split=True, depth=0):
    _system(command)
    return []


# --- running -------------------------------------------------------------------------------------------------------


class State:
    task = None


state = State()
INTERRUPTED = {"name": "KeyboardInterrupt", "value": "", "traceback": ["KeyboardInterrupt: "], "advice": None}


_run_nodes = shell.run_ast_nodes


async def _run_ast_nodes(*given, **options):
    # Here and not sooner: raised in what IPython does before, Stop would be reported and the cell go on. It is kept
    # until then.
    _peerbook.arm(True)
    return await _run_nodes(*given, **options)


def _unraisable(unraisable):
    """Stop ended a `__del__` or its like, and nothing else: it goes on to what was interrupted by that."""
    if unraisable.exc_type is not KeyboardInterrupt or state.task is None:
        sys.__unraisablehook__(unraisable)
    elif sys.gettrace() is None and (frame := sys._getframe().f_back):
        frame.f_trace = _strike
        sys.settrace(_trace_nothing)


def _strike(frame, _event, _argument):
    frame.f_trace = None
    sys.settrace(None)
    raise KeyboardInterrupt


def _trace_nothing(*_):
    """Python asks a frame's own tracer only while there is one for all."""


async def _run_cell(code, silent, store_history):
    refused = None
    try:
        transformed = shell.transform_cell(code)
    except Exception:
        transformed, refused = code, sys.exc_info()
    try:
        if shell.should_run_async(code, transformed_cell=transformed, preprocessing_exc_tuple=refused):
            await shell.run_cell_async(
                code,
                store_history=store_history,
                silent=silent,
                transformed_cell=transformed,
                preprocessing_exc_tuple=refused,
            )
        else:
            shell.run_cell(code, store_history=store_history, silent=silent)
    except KeyboardInterrupt:
        # After the last line of the cell. It must not reach the event loop.
        shell._last_traceback = shell._last_traceback or INTERRUPTED
    finally:
        _peerbook.arm(False)
        if sys.gettrace() is _trace_nothing:
            sys.settrace(None)


async def run(code, count, silent, store_history, expressions, parent):
    """Runs a cell; the reply as JSON. Errors of the cell are part of it."""
    outbox.flush()
    outbox.begin()
    shell._last_traceback = None
    shell.execution_count = count
    kernel._parent_header = {"header": json.loads(parent)}
    state.task = asyncio.ensure_future(_run_cell(code, silent, store_history))
    if _peerbook.is_stopped():
        state.task.cancel()
    try:
        await state.task
    except (KeyboardInterrupt, asyncio.CancelledError):
        shell._last_traceback = shell._last_traceback or INTERRUPTED
    except BaseException:
        shell.showtraceback()
    finally:
        state.task = None
    payload = shell.payload_manager.read_payload()
    shell.payload_manager.clear_payload()
    failed = shell._last_traceback
    reply = {"status": "ok", "payload": json_clean(payload), "user_expressions": {}}
    if failed is not None:
        outbox.add({"type": "error", **{key: failed[key] for key in ("name", "value", "traceback")}})
        if failed["advice"]:
            outbox.advise(*failed["advice"])
        reply = {
            "status": "error",
            "ename": failed["name"],
            "evalue": failed["value"],
            "traceback": failed["traceback"],
        }
    elif expressions:
        reply["user_expressions"] = json_clean(shell.user_expressions(json.loads(expressions)))
    outbox.flush()
    return json.dumps(reply)


def interrupt():
    """Ends a cell that waits in `await`; the shared buffer ends one that computes."""
    if state.task is not None:
        state.task.cancel()


def call(method, parameters):
    """`complete`, `inspect`, `is_complete` or `comm_info`: JSON in, JSON out."""
    return json.dumps(json_clean(getattr(kernel, method)(**json.loads(parameters))))


def receive_comm(kind, content, buffers):
    message = {"content": json.loads(content), "buffers": [memoryview(buffer) for buffer in buffers.to_py()]}
    getattr(kernel.comm_manager, kind)(None, None, message)


def _connect():
    shell.run_ast_nodes = _run_ast_nodes
    sys.unraisablehook = _unraisable
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    pyodide_kernel.stdout_stream, pyodide_kernel.stderr_stream = sys.stdout, sys.stderr
    shell.display_pub.publish = _publish
    shell.display_pub.clear_output = lambda wait=False: outbox.clear(wait)
    shell.displayhook.publish_execution_result = lambda _count, data, metadata: outbox.display("result", data, metadata)
    shell._showtraceback = _showtraceback
    shell.showtraceback = _showtraceback_trimmed
    shell.send_comm = _send_comm
    shell.system = shell.system_raw = shell.system_piped = _system
    shell.getoutput = _getoutput
    shell._input, shell._getpass = _input, _getpass
    builtins.input = _input
    getpass.getpass = _getpass
    time.sleep = _sleep
    # `exit()` ends nothing here; IPython's advice to use it would mislead.
    shell.ask_exit = lambda: None
    warnings.filterwarnings("ignore", message="To exit: use")
    for name in ("pip", "conda", "mamba", "micromamba", "uv"):
        shell.register_magic_function(_install_magic, "line", name)
    # History on disk is of no use here, and `%%bash` and its like would only fail in odd words.
    for name in ("bash", "sh", "script", "system", "sx"):
        shell.register_magic_function(_no_shell, "cell", name)


def _no_shell(line, cell=None):
    if cell is None:
        raise UsageError("There is no command line here.")
    outbox.advise("shell")


_connect()
