"""Runs one Python program as the python command would, and ends the process fast.

Used in both ways a program can come here: as the script of a fresh interpreter (`run_program.py PATH ARGUMENT...`), and in the copy
of a zygote that waited for it. What is the same in both: the program is `__main__`, tracebacks show its own frames only, a source that
is one single expression shows its value, `plt.show()` saves its figures, and the interpreter's costly teardown is left out.
"""

import ast
import builtins
import os
import sys


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BaseException:  # a closed or full stream must not hide how the program ended
            pass


def _own_frames(traceback):
    """Leaves out our frames, which come first."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    return traceback


def _report(error):
    """What the interpreter does with an exception that nobody caught."""
    error.__traceback__ = _own_frames(error.__traceback__)
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except BaseException:
        sys.__excepthook__(type(error), error, error.__traceback__)


def _exit_code(exit_request):
    code = exit_request.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _save_figures(pyplot, show_count):
    """plt.show() without a screen: each open figure becomes plot_N.png in the working directory."""
    for number in pyplot.get_fignums():
        show_count[0] += 1
        while os.path.exists(f"plot_{show_count[0]}.png"):
            show_count[0] += 1
        pyplot.figure(number).savefig(f"plot_{show_count[0]}.png")
    pyplot.close("all")


def patch_pyplot(pyplot):
    """Gives pyplot a show() that works here."""
    show_count = [0]
    pyplot.show = lambda *args, **kwargs: _save_figures(pyplot, show_count)


class _PyplotFinder:
    """Notices the import of pyplot, so that programs without plots pay nothing."""

    def find_spec(self, name, path=None, target=None):
        if name != "matplotlib.pyplot":
            return None
        sys.meta_path.remove(self)
        import importlib.util

        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        run_module = spec.loader.exec_module

        def exec_module(module):
            run_module(module)
            patch_pyplot(module)

        spec.loader.exec_module = exec_module
        return spec


def _memory(environment):
    """What the server wants of the memory of the session, or None. Nothing of the program's own directory is imported for it."""
    order = environment.pop("SANDBOX_STATE", None)
    if order is None:
        return None
    path = sys.path
    sys.path = [entry for entry in path if entry not in ("/mnt/data", "")]
    try:
        import session_state

        return session_state.Memory(order)
    except Exception:  # the program runs all the same; the server finds no report and says so
        return None
    finally:
        sys.path = path


def _execute(path, module):
    with open(path, "rb") as file:
        source = file.read()
    names = module.__dict__
    try:
        tree = compile(source, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        error.__traceback__ = None
        raise
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
        value = eval(compile(ast.Expression(tree.body[0].value), path, "eval", dont_inherit=True), names)
        if value is not None:
            print(repr(value))
            builtins._ = value
    else:
        exec(compile(tree, path, "exec", dont_inherit=True), names)


def run(path, arguments, environment):
    """Runs the program and returns its exit code. Must be called once, in the main thread; environment may lose a variable by it."""
    memory = _memory(environment)
    main = type(sys)("__main__")
    main.__file__ = path
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    sys.argv = [path, *arguments]
    sys.path[0:1] = [os.path.dirname(path)]
    if "matplotlib.pyplot" in sys.modules:
        patch_pyplot(sys.modules["matplotlib.pyplot"])
    else:
        sys.meta_path.insert(0, _PyplotFinder())
    if memory is not None:
        memory.restore(main.__dict__, path)
    code = 0
    try:
        _execute(path, main)
    except SystemExit as request:
        code = _exit_code(request)
    except KeyboardInterrupt as error:
        _report(error)
        code = 130
    except BaseException as error:
        _report(error)
        code = 1
    code = _finish(code)
    if memory is not None:
        memory.capture(main.__dict__, code == 0)
    return code


def _finish(code):
    """What ends with the program: other threads, registered functions, buffers. Then nothing is left that teardown would change."""
    try:
        threading = sys.modules.get("threading")
        if threading is not None:
            threading._shutdown()
        atexit = sys.modules.get("atexit")
        if atexit is not None:
            atexit._run_exitfuncs()
    except SystemExit as request:
        code = _exit_code(request)
    except BaseException as error:
        _report(error)
        code = code or 1
    _flush()
    if "ctypes" in sys.modules:  # C code may have printed through C's own buffers
        try:
            sys.modules["ctypes"].CDLL(None).fflush(None)
        except BaseException:
            pass
    return code


if __name__ == "__main__":
    os._exit(run(sys.argv[1], sys.argv[2:], os.environ))
