"""What may be thought of something that a file would import: known, suspicious, or not known."""

from __future__ import annotations

import re
from enum import StrEnum


class Level(StrEnum):
    """What an import is, the worst last."""

    KNOWN = "known"
    """Data, arrays and estimators of libraries: what models are made of."""
    UNKNOWN = "unknown"
    """Nobody here knows: own code of the author, or of a library that is not on the list."""
    SUSPICIOUS = "suspicious"
    """What runs commands, opens files or sockets, or makes code; no model needs it."""


_BUILTINS = frozenset(
    "bool bytearray bytes complex dict float frozenset int list object range set slice str tuple"
    " type NoneType Ellipsis NotImplemented".split()
)
_KNOWN = frozenset(
    (
        *("copyreg._reconstructor", "copyreg.__newobj__", "_codecs.encode", "array.array"),
        *("collections.OrderedDict", "collections.defaultdict", "collections.deque"),
        *("collections.Counter", "functools.partial", "decimal.Decimal", "fractions.Fraction"),
        *("datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta"),
        *("datetime.timezone", "uuid.UUID", "types.SimpleNamespace", "enum.Enum"),
        *("pathlib.Path", "pathlib.PosixPath", "pathlib.PurePosixPath", "pathlib.WindowsPath"),
        *("numpy.ndarray", "numpy.dtype", "numpy.matrix", "numpy.ma.core.MaskedArray"),
        *("numpy.ma.core._mareconstruct", "joblib.numpy_pickle.NumpyArrayWrapper"),
        *(
            "sklearn.tree._tree.Tree",
            "sklearn.utils._bunch.Bunch",
            "scipy.stats._distn_infrastructure.rv_frozen",
        ),
        *("sklearn.neighbors._kd_tree.newObj", "sklearn.neighbors._ball_tree.newObj"),
        *("sklearn.metrics._dist_metrics.newObj", "sklearn.neighbors._kd_tree.newOrg"),
        *("pandas._libs.internals._unpickle_block", "pandas.core.indexes.base._new_Index"),
        *(
            "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked",
            "pandas._libs.tslibs.timestamps._unpickle_timestamp",
        ),
        *(
            "pandas.core.indexes.datetimes._new_DatetimeIndex",
            "pandas.core.indexes.multi._new_MultiIndex",
        ),
        *("torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter"),
        *("torch._utils._rebuild_tensor", "torch.Size", "torch.device", "torch.dtype"),
        *("xgboost.core.Booster", "lightgbm.basic.Booster"),
    )
)
_PATTERNS = re.compile(
    r"numpy(\._core|\.core)?\.multiarray\.(_reconstruct|scalar)"
    r"|numpy(\._core|\.core)?\.numeric\._frombuffer"
    r"|numpy\.random\._pickle\.__(randomstate|generator|bit_generator)_ctor"
    r"|numpy\.random\._(mt19937|pcg64|philox|sfc64)\.\w+"
    r"|numpy\.random\.bit_generator\.(__pyx_unpickle_)?SeedSequence"
    r"|numpy\.(bool_?|u?int\d*|float\d+|complex\d+|str_|bytes_|object_|datetime64|timedelta64)"
    r"|numpy\.dtypes\.[A-Z]\w+"
    r"|scipy\.sparse(\._\w+)?\.\w+_(matrix|array)"
    r"|scipy\.interpolate\._\w+\.[A-Z]\w+"
    r"|sklearn(\.[a-z_0-9]+)+\._?[A-Z]\w+"
    r"|sklearn\._loss\.(_loss|link|loss)\.(__pyx_unpickle_)?Cy[A-Z]\w+"
    r"|sklearn(\.[a-z_0-9]+)+\.__pyx_unpickle_[A-Z]\w+"
    r"|pandas(\.core(\.[a-z_0-9]+)+|\.arrays)?\.[A-Z]\w+"
    r"|pyarrow\.lib\.(_restore_array|py_buffer|type_for_alias|[A-Z]\w+)"
    r"|numpy\.ma(\.core)?\.[A-Z]\w+"
    r"|pandas\._libs(\.[a-z_0-9]+)+\.[A-Z]\w+"
    r"|(imblearn|xgboost|lightgbm|catboost)(\.[a-z_0-9]+)+\.[A-Z]\w+"
    r"|torch\.[A-Z][a-z]+Storage|torch\.(u?int|float|bfloat|bool)\d*"
    r"|torch\.nn\.modules(\.[a-z_0-9]+)+\.[A-Z]\w+|torch\.nn\.parameter\.Parameter"
)
_BAD_MODULES = frozenset(
    "os posix nt posixpath ntpath subprocess sys shutil socket ssl http urllib ftplib smtplib "
    "telnetlib requests httpx aiohttp webbrowser ctypes cffi importlib imp runpy pty code "
    "codeop commands marshal pickle _pickle cPickle dill shelve multiprocessing threading "
    "_thread asyncio signal tempfile platform pip setuptools distutils pdb bdb timeit trace "
    "cProfile profile pkgutil zipimport inspect gc atexit ensurepip venv sqlite3 mmap fcntl "
    "resource doctest cloudpickle fileinput glob linecache io _io zipfile tarfile logging".split()
)
_BAD_NAMES = frozenset(
    (
        *(
            "operator.attrgetter",
            "operator.methodcaller",
            "operator.itemgetter",
            "functools.reduce",
        ),
        *("types.FunctionType", "types.CodeType", "types.LambdaType", "types.MethodType"),
        *("types.ModuleType", "numpy.testing._private.utils.runstring", "numpy.load"),
        *("numpy.testing._private.utils.rundocs", "joblib.load", "joblib.numpy_pickle.load"),
        *("pandas.read_pickle", "pandas.eval", "pandas.io.pickle.read_pickle", "torch.load"),
        *("torch.hub.load", "torch.serialization.load", "torch.jit.load", "?.?"),
        *("pandas.core.computation.eval.eval", "sklearn.utils._testing.ignore_warnings"),
    )
)


def level_of(module: str, name: str) -> Level:
    """Return what an import is, by its module and name alone."""
    full = f"{module}.{name}"
    if module in ("builtins", "__builtin__"):
        return Level.KNOWN if name in _BUILTINS else Level.SUSPICIOUS
    if full in _BAD_NAMES or module.partition(".")[0] in _BAD_MODULES:
        return Level.SUSPICIOUS
    # a dotted name walks along attributes: from a class that is known to a function that is not
    if "." not in name and (full in _KNOWN or _PATTERNS.fullmatch(full)):
        return Level.KNOWN
    return Level.UNKNOWN
