"""A Python that has imported its libraries and waits, to be copied for each run.

Started as the only program of an nsjail: `zygote.py LIBRARY MODULES FONT_LIST ENTRANCE...`. The native library parks runs as the server
orders; each is a copy of this process that is locked down, waits on descriptor 3 for its program, runs it and says how it ended.
"""

import ctypes
import gc
import importlib
import os
import random
import sys

import run_program
import session_state

_HUGE_PAGE = 2 << 20
_MADV_COLLAPSE = 25  # Linux 6.1; madvise(2)


class _ForkHooks(ctypes.Structure):
    _fields_ = [("before", ctypes.c_void_p), ("in_parent", ctypes.c_void_p), ("in_child", ctypes.c_void_p)]


def _import_all(names):
    """What cannot be imported is left to the program that wants it, which then sees the reason."""
    for name in filter(None, names.split(",")):
        try:
            importlib.import_module(name)
        except Exception as error:
            print(f"zygote: {name}: {error!r}", file=sys.stderr)


def _collapse_pages():
    """Fewer, larger pages: a copy costs time in proportion to the number of pages its parent has mapped."""
    libc = ctypes.CDLL(None)
    with open("/proc/self/maps") as maps:
        lines = maps.read().splitlines()
    for line in lines:
        fields = line.split()
        if fields[1].startswith("rw") and (len(fields) == 5 or fields[5] == "[heap]"):
            begin, end = (int(part, 16) for part in fields[0].split("-"))
            for address in range((begin + _HUGE_PAGE - 1) & -_HUGE_PAGE, end & -_HUGE_PAGE, _HUGE_PAGE):
                libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(_HUGE_PAGE), _MADV_COLLAPSE)


def _warm_up():
    """Touches what each program touches first, so that the copying of those pages is paid before the program comes."""
    names = {"__name__": "warm_up"}
    exec(compile("class A:\n    pass\nx = [str(i) for i in range(50)]\n", "warm_up", "exec"), names)
    session_state.warm_up()
    sys.stdout.flush()
    sys.stderr.flush()


def _link_font_list(font_list):
    if font_list:
        directory = "/tmp/.config/matplotlib"
        os.makedirs(directory, exist_ok=True)
        os.symlink(font_list, os.path.join(directory, os.path.basename(font_list)))


def _read_exactly(length):
    parts = bytearray()
    while len(parts) < length:
        part = os.read(3, length - len(parts))
        if not part:
            os._exit(0)
        parts += part
    return bytes(parts)


def _wait_for_program():
    """Returns arguments and environment; the layout is that of an EXEC frame, see sandbox.h."""
    payload = _read_exactly(int.from_bytes(_read_exactly(4), "big"))
    argument_count = int.from_bytes(payload[13:15], "big")
    strings = [os.fsdecode(part) for part in payload[17:].split(b"\0")[:-1]]
    environment = dict(part.split("=", 1) for part in strings[argument_count:])
    return strings[:argument_count], environment


def _differ_from_siblings():
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _copy(font_list):
    _link_font_list(font_list)
    _warm_up()
    arguments, environment = _wait_for_program()
    memory_order = {name: environment.pop(name) for name in ("SANDBOX_STATE",) if name in environment}
    if dict(os.environ) != environment:
        os.environ.clear()
        os.environ.update(environment)
    _differ_from_siblings()
    gc.enable()
    code = run_program.run(arguments[0], arguments[1:], memory_order)
    try:
        os.write(3, bytes([code]))
    except OSError:  # the program has closed it; our exit tells the same, a little later
        pass
    os._exit(code)


def main():
    library_path, modules, font_list, *entrances = sys.argv[1:]
    _import_all(modules)
    library = ctypes.PyDLL(library_path)
    entrance_list = (ctypes.c_char_p * (len(entrances) + 1))(*[os.fsencode(entrance) for entrance in entrances], None)
    api = ctypes.pythonapi
    hooks = _ForkHooks(
        *(
            ctypes.cast(function, ctypes.c_void_p)
            for function in (api.PyOS_BeforeFork, api.PyOS_AfterFork_Parent, api.PyOS_AfterFork_Child)
        )
    )
    gc.collect()
    gc.freeze()
    gc.disable()
    _collapse_pages()
    library.launcher_serve(entrance_list, ctypes.byref(hooks))  # returns in copies only
    _copy(font_list)


main()
