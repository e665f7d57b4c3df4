"""The memory of a session: what a program left in its global names, given to the next program of the session.

Values travel in one pickle stream, so that two names for one object remain that; each name is a segment of it, so that one value that
cannot be loaded takes only those names with it that share objects with it. Modules are not stored but imported again. Functions of the
program come back as functions of the next one: they see its global names.

Runs inside the sandbox only. Nobody else ever looks into the bytes.
"""

import gc
import importlib
import io
import json
import mmap
import os
import pickle
import pickletools
import re
import signal
import sys
import time
import types

import cloudpickle
import lz4.frame

PREVIOUS = "/tmp/code/state.in"
CAPTURED = "/tmp/code/state.out"
REPORT_ROOM = 16 << 10  # bytes of a report at the beginning of what was captured; then come the bytes of the memory

_LONGEST = 10.0  # seconds that restoring or capturing may take
_MARGIN = 0.25  # seconds that are left for the end of the run
_SPARE_MEMORY = 48 << 20
_PIECE = 64 << 10
_ROUNDS = 3


class _TimeIsUp(BaseException):
    pass


class _TooMuch(Exception):
    """What was captured does not fit; the argument says into what."""


class _Lost:
    """Stands for an object that could not be loaded."""


def _raise_time_is_up(number, frame):
    raise _TimeIsUp


class _Alarm:
    """Ends what takes too long; more than once, since the code that is interrupted may catch it. Without garbage collection."""

    def __init__(self, seconds):
        self._seconds = seconds

    def __enter__(self):
        self._collects = gc.isenabled()
        gc.disable()  # it would look at each of the many objects that are made now, again and again
        self._before = signal.signal(signal.SIGALRM, _raise_time_is_up)
        signal.setitimer(signal.ITIMER_REAL, max(0.001, self._seconds), 0.05)

    def __exit__(self, kind, error, traceback):
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before or signal.SIG_DFL)
        if self._collects:
            gc.enable()


def _discard_output():
    """Lets descriptors 1 and 2 lead nowhere."""
    nowhere = os.open("/dev/null", os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def main_function(code, closure):
    """A function of the program that runs now."""
    return types.FunctionType(code, sys.modules["__main__"].__dict__, None, None, closure)


class _Pickler(cloudpickle.Pickler):
    """Pickles functions of the program without the global names they see, which are stored for themselves."""

    def __init__(self, sink, names):
        super().__init__(sink, protocol=5)
        self._names = names
        self.seen_by_functions = set()
        self.packages = set()

    def reducer_override(self, value):
        kind = type(value)
        self.packages.add(value.__module__ if kind is type else kind.__module__)
        return super().reducer_override(value)

    def _dynamic_function_reduce(self, function):
        reduced = super()._dynamic_function_reduce(function)
        if function.__globals__ is not self._names:
            return reduced
        arguments, (attributes, slots) = reduced[1], reduced[2]
        seen = slots["__globals__"]
        self.seen_by_functions.update(seen)
        # names with an underscore are not kept for themselves, but a function that needs one keeps it
        slots["__globals__"] = {
            name: value for name, value in seen.items() if name.startswith("_") and not name.endswith("__")
        }
        return (main_function, (arguments[0], arguments[4]), (attributes, slots), None, None, reduced[5])


def _decompress(data, maximum):
    """At most so many bytes; room is taken as it is needed, since more of it costs time."""
    decompressor = lz4.frame.LZ4FrameDecompressor()
    pieces = [decompressor.decompress(data, min(maximum, 4 * len(data) + _PIECE))]
    left = maximum - len(pieces[0])
    while not decompressor.eof:
        pieces.append(decompressor.decompress(b"", min(left, 64 * _PIECE)))
        left -= len(pieces[-1])
        if not pieces[-1] or left <= 0:
            raise _TooMuch("size")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _bytes_of(data):
    """Without a copy, whatever kind of buffer a pickler writes."""
    return data.raw() if isinstance(data, pickle.PickleBuffer) else memoryview(data)


class _Sink:
    """A compressed file that takes so many bytes and no more."""

    def __init__(self, path, maximum, maximum_compressed):
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        os.lseek(self._file, REPORT_ROOM, os.SEEK_SET)
        self._compressor = lz4.frame.LZ4FrameCompressor(block_linked=False, content_checksum=True)
        self._left = maximum
        self._maximum_compressed = maximum_compressed
        self.size = 0
        self.compressed_size = 0
        self._put(self._compressor.begin())

    def write(self, data):
        view = _bytes_of(data)
        length = len(view)
        if length > self._left:
            raise _TooMuch("size")
        self._left -= length
        self.size += length
        for start in range(0, length, _PIECE):
            self._put(self._compressor.compress(view[start : start + _PIECE]))
        return length

    def _put(self, data):
        self.compressed_size += len(data)
        if self.compressed_size > self._maximum_compressed:
            raise _TooMuch("memory")
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._file, view) :]
            except OSError:
                raise _TooMuch("disk") from None

    def finish(self):
        self._put(self._compressor.flush())
        os.close(self._file)
        self._file = -1

    def close(self):
        """Leaves nothing of what was not finished."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = -1


class _Measure:
    """Takes so many bytes and keeps none."""

    def __init__(self, maximum):
        self._left = maximum

    def write(self, data):
        self._left -= len(_bytes_of(data))
        if self._left < 0:
            raise _TooMuch("size")


class _Tail:
    """Passes on what is written, or holds it back to be looked at."""

    def __init__(self, sink):
        self._sink = sink
        self.held = None

    def write(self, data):
        if self.held is None:
            return self._sink.write(data)
        self.held.append(bytes(data))
        return len(data)


def _memory_number(held):
    """The number in a pickle that is nothing but a reference: PROTO, BINGET or LONG_BINGET, STOP."""
    return int.from_bytes(b"".join(held)[3:-1], "little")


class Memory:
    """What one run has to do with the memory of its session. Made from the server's order before code of the program runs."""

    def __init__(self, order):
        maximum, memory, wall, always, previous = (int(number) for number in order.split(" "))
        self._maximum = maximum
        self._memory = memory
        self._end = time.monotonic() + wall / 1000
        self._after_failure = bool(always)
        self._has_previous = bool(previous)
        self._process = os.getpid()
        self._resident_before = _resident()
        self._pending = {}  # aliases of modules that this program does not use
        self._report = []  # about names
        self._verdict = []  # about the whole

    # ---- before the program

    def restore(self, names, source_path):
        """Puts the names of the program before into names. Never fails: what cannot be had is reported."""
        if not self._has_previous:
            return
        sys.stdout.flush()
        sys.stderr.flush()
        kept = [os.dup(1), os.dup(2)]
        try:
            _discard_output()
            with _Alarm(min(_LONGEST, self._time_left() / 2)):
                self._restore(names, source_path)
        except BaseException as error:
            self._tell("unrestored", "*", type(error).__name__)
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            for descriptor, copy in enumerate(kept, 1):
                os.dup2(copy, descriptor)
                os.close(copy)
            names["__builtins__"] = sys.modules["builtins"]

    def _restore(self, names, source_path):
        with open(PREVIOUS, "rb") as file:
            os.unlink(PREVIOUS)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                raw = _decompress(data, self._maximum + _PIECE)
        index_at = int.from_bytes(raw[-8:], "big")
        index = json.loads(raw[index_at:-8])
        self._import_again(names, index["modules"], set(index["needed"]), source_path)
        for name, value in self._load(raw, index["names"]):
            names[name] = value

    def _import_again(self, names, modules, needed, source_path):
        """Modules that nobody mentions are not imported, since that may take long; they are not forgotten either."""
        words = None
        for alias, module in modules.items():
            if module not in sys.modules and alias not in needed:
                if words is None:
                    with open(source_path, "rb") as file:
                        words = set(re.findall(r"\w+", file.read().decode("utf-8", "replace")))
                if alias not in words:
                    self._pending[alias] = module
                    continue
            try:
                names[alias] = importlib.import_module(module)
            except _TimeIsUp:
                raise
            except BaseException as error:
                self._tell("unrestored", alias, type(error).__name__)

    def _load(self, raw, segments):
        stream = io.BytesIO(raw)
        unpickler = pickle.Unpickler(stream)
        lost = set()
        start = made = 0
        for name, end, made_after in segments:
            try:
                if lost and _mentions(raw[start:end], lost):
                    raise LookupError
                stream.seek(start)
                value = unpickler.load()
                unpickler.load()  # the name, see _dump
                yield name, value
            except _TimeIsUp:
                raise
            except BaseException as error:
                self._tell("unrestored", name, type(error).__name__)
                unpickler = _without(unpickler, stream, made, made_after, lost)
            start, made = end, made_after

    # ---- after the program

    def capture(self, names, succeeded):
        """Stores the names for the next program. To be called when the program's output is out; nothing is written after it."""
        if os.getpid() != self._process:  # a fork of the program that came to its end
            return
        if not (succeeded or self._after_failure):
            self._write_report()
            return
        _discard_output()
        try:
            seconds = min(_LONGEST, self._time_left() - _MARGIN)
            if seconds <= 0:
                raise _TimeIsUp
            with _Alarm(seconds):
                self._capture(names)
        except _TooMuch as too_much:
            self._verdict.append(f"lost {too_much}")
        except _TimeIsUp:
            self._verdict.append("lost time")
        except BaseException as error:
            self._verdict.append("lost error")
        self._write_report()

    def _capture(self, names):
        modules = dict(self._pending)
        values = []
        for name, value in list(names.items()):
            if not isinstance(name, str) or name.startswith("_"):
                continue
            modules.pop(name, None)
            if isinstance(value, types.ModuleType) and sys.modules.get(value.__name__) is value:
                modules[name] = value.__name__
            else:
                values.append((name, value))
        if not values and not modules and not self._has_previous:
            self._verdict.append("empty")
            return
        for _ in range(_ROUNDS):
            failed = self._dump(names, values, modules)
            if failed is None:
                return
            values = self._without_unpicklable(names, values, failed)
        raise pickle.PicklingError

    def _dump(self, names, values, modules):
        """Writes all values into one stream; returns the position of the one that cannot be pickled, or None."""
        sink = _Sink(CAPTURED, self._maximum, self._room())
        try:
            tail = _Tail(sink)
            pickler = _Pickler(tail, names)
            segments = []
            for position, (name, value) in enumerate(values):
                try:
                    pickler.dump(value)
                except (_TooMuch, _TimeIsUp):
                    raise
                except BaseException as error:
                    self._tell("dropped", name, type(error).__name__)
                    return position
                # the name, twice: the second time it is a reference, which tells how many objects the stream knows by then
                mark = "".join(("=", name))
                pickler.dump(mark)
                tail.held = []
                pickler.dump(mark)
                segments.append((name, sink.size, _memory_number(tail.held) + 1))
                tail.held = None
            needed = [alias for alias in modules if alias in pickler.seen_by_functions]
            index_at = sink.size
            sink.write(json.dumps({"names": segments, "modules": modules, "needed": needed}).encode())
            sink.write(index_at.to_bytes(8, "big"))
            sink.finish()
            packages = {str(module).partition(".")[0] for module in [*pickler.packages, *modules.values()]}
            packages = {package for package in packages if not package.startswith("_")}
            self._verdict.append(f"kept {sink.compressed_size}")
            self._verdict.append(" ".join(["packages", *sorted(packages - sys.stdlib_module_names - {__name__, "cloudpickle"})[:20]]))
            return None
        finally:
            sink.close()

    def _without_unpicklable(self, names, values, failed):
        """Those that can be pickled alone: after one failure all that follow are tried, so that the time stays linear."""
        good = values[:failed]
        for name, value in values[failed + 1 :]:
            try:
                _Pickler(_Measure(self._maximum), names).dump(value)
                good.append((name, value))
            except (_TooMuch, _TimeIsUp):
                raise
            except BaseException as error:
                self._tell("dropped", name, type(error).__name__)
        return good

    # ---- what is left, and words to the server

    def _time_left(self):
        return self._end - time.monotonic()

    def _room(self):
        """How large the file may become without the run being ended for its memory, as far as that can be seen from here."""
        used = _resident() - self._resident_before
        for place in ("/tmp", "/mnt/data"):
            status = os.statvfs(place)
            used += (status.f_blocks - status.f_bfree) * status.f_frsize
        return max(0, self._memory - used - _SPARE_MEMORY)

    def _tell(self, *words):
        self._report.append(" ".join(word.replace("\n", "?").replace(" ", "?") for word in words))

    def _write_report(self):
        """Last of all: without it nothing was kept."""
        verdict = "".join(line + "\n" for line in self._verdict)
        text = "".join([verdict, *(line + "\n" for line in self._report)]).encode("utf-8", "replace")
        if len(text) > REPORT_ROOM:
            text = text[: text.rindex(b"\n", 0, REPORT_ROOM) + 1]
        try:
            file = os.open(CAPTURED, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.pwrite(file, text or b"\n", 0)
        except OSError:
            pass  # the server finds no report and says so


def _resident():
    with open("/proc/self/statm", "rb", buffering=0) as file:
        return int(file.read(256).split(b" ")[1]) * mmap.PAGESIZE


def _mentions(segment, numbers):
    return any(
        operation.name in ("BINGET", "LONG_BINGET", "GET") and argument in numbers
        for operation, argument, _ in _all_operations(segment)
    )


def _all_operations(segment):
    """Of a value and of the name behind it."""
    stream = io.BytesIO(segment)
    while stream.tell() < len(segment):
        yield from pickletools.genops(stream)


def _without(unpickler, stream, made_before, made_after, lost):
    """An unpickler that goes on behind a segment that failed; what could not be had of it is entered in lost."""
    memo = unpickler.memo.copy()
    for number in range(made_before, made_after):
        if number not in memo or not _is_whole(memo[number]):
            memo[number] = _Lost()
            lost.add(number)
    following = _PrimedUnpickler(stream)
    following.persistent_load = memo.__getitem__
    at = stream.seek(0, io.SEEK_END)
    # BININT number, BINPERSID, MEMOIZE, POP for each: the setter of memo does not do what it says
    stream.write(b"\x80\x05" + b"".join(b"J%bQ\x940" % number.to_bytes(4, "little") for number in range(made_after)) + b"N.")
    stream.seek(at)
    following.load()
    return following


class _PrimedUnpickler(pickle.Unpickler):
    """One that begins with objects that another one has loaded."""


def _is_whole(value):
    """Whether a value was complete when the loading broke off: an atom, or something that was imported."""
    if isinstance(value, (type, types.FunctionType)):
        return getattr(sys.modules.get(value.__module__), value.__qualname__, None) is value
    return type(value) in (str, bytes, int, float, types.BuiltinFunctionType)


def warm_up():
    """Touches what a small capture touches."""
    names = {"x": 1, "y": [1, "a"]}
    sink = _Measure(1 << 20)
    _Pickler(sink, names).dump(names)
    lz4.frame.decompress(lz4.frame.compress(b"warm up"))
