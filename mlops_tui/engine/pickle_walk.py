"""What a pickle would import, told from its opcodes alone: nothing of it is loaded or called.

The stack is followed with stand-ins for values: numbers, short texts, tuples, and what was to be
called. So names that are put together on the stack are told right, and the arrays that joblib
writes between opcodes are stepped over as joblib itself does. Memory does not grow with the file.
"""

from __future__ import annotations

import _compat_pickle
import pickletools
import re
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

from mlops_tui.engine.pickle_stack import OTHER, Global, Made, Stack, UnreadableError

LONGEST_TEXT = 1000
"""A longer text is no name; it is stepped over."""
MOST_STEPS = 30_000_000
_MOST_KEPT = 1_000_000
_LONGEST_LINE = 1 << 20
_DEEPEST = 20
_PIECE_BYTES = 1 << 20
_WRAPPERS = ("joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle")
_DTYPE = re.compile(r"[<>|=]?([a-zA-Z])(\d*)")
_SIZES = {**dict.fromkeys("?bB", 1), **dict.fromkeys("hHe", 2), **dict.fromkeys("iIlLf", 4)}
_SIZES |= {**dict.fromkeys("qQdmM", 8), "g": 16, "F": 8, "D": 16}
_BUILTIN = "numpy.dtype"

OnImport = Callable[[str, str], None]
"""Told module and name of what would be imported."""


class Source:
    """Bytes read once from their beginning to their end, in pieces."""

    def __init__(self, file: BinaryIO) -> None:
        self._file: Any = file
        """Buffered: all that opens files and archives here is."""
        self.at = 0
        """Bytes read."""

    def peek(self) -> bytes:
        """Return the next byte, empty at the end, and leave it to be read."""
        return bytes(self._file.peek(1)[:1])

    def read(self, count: int) -> bytes:
        """Return so many bytes.

        Raises:
            UnreadableError: there are fewer.
        """
        data: bytes = self._file.read(count)
        self.at += len(data)
        if len(data) != count:
            raise UnreadableError("it ends in the middle")
        return data

    def skip(self, count: int) -> None:
        """Step over so many bytes.

        Raises:
            UnreadableError: there are fewer.
        """
        while count > 0:
            step = min(count, _PIECE_BYTES)
            self.read(step)
            count -= step

    def line(self) -> str:
        """Return the text up to the end of the line.

        Raises:
            UnreadableError: there is no end near.
        """
        data: bytes = self._file.readline(_LONGEST_LINE)
        self.at += len(data)
        if not data.endswith(b"\n"):
            raise UnreadableError("a line has no end")
        return data[:-1].decode("utf-8", "replace")


def walk(source: Source, on_import: OnImport, has_arrays: bool = False, depth: int = 0) -> None:
    """Follow one pickle to its end.

    Args:
        source: where it begins.
        on_import: told of every import, also of equal ones.
        has_arrays: whether it is read as joblib does, with arrays between opcodes.
        depth: of pickles around this one.

    Raises:
        UnreadableError: it cannot be followed to its end; imports before were told.
    """
    if depth > _DEEPEST:
        raise UnreadableError("pickles are nested too deeply")
    _Walk(source, on_import, has_arrays, depth).run()


class _Walk(Stack):
    """One pickle on its way; one use."""

    def __init__(self, source: Source, on_import: OnImport, has_arrays: bool, depth: int) -> None:
        super().__init__()
        self._source = source
        self._on_import = on_import
        self._has_arrays = has_arrays
        self._depth = depth
        self._protocol = 0
        self._wrappers = 0

    def run(self) -> None:
        """Follow it to its end."""
        opcodes, read = pickletools.code2op, self._source.read  # type: ignore[attr-defined]
        for _ in range(MOST_STEPS):
            opcode = opcodes.get(read(1).decode("latin-1"))
            if opcode is None:
                raise UnreadableError("a byte of it is no opcode")
            argument = None if opcode.arg is None else self._argument(opcode.arg.name)
            name = opcode.name
            if name == "STOP":
                if self._has_arrays and self._wrappers:
                    raise UnreadableError("it announces arrays in a way that joblib never does")
                return
            act = _ACTS.get(name)
            if name in _PUSHES:
                self.values.append(argument if isinstance(argument, int | str) else OTHER)
            elif act is not None:
                act(self, argument)
            else:
                self._step(opcode, argument)
            if len(self.values) > _MOST_KEPT or len(self.memo) > _MOST_KEPT:
                raise UnreadableError("it holds more at once than any model does")
        raise UnreadableError("it takes more steps than any model does")

    def _argument(self, kind: str) -> object:
        if kind in _FIXED:
            layout = _FIXED[kind]
            return struct.unpack(layout, self._source.read(struct.calcsize(layout)))[0]
        if kind in _SIZED:
            layout, is_text = _SIZED[kind]
            size = struct.unpack(layout, self._source.read(struct.calcsize(layout)))[0]
            return self._sized(size, is_text)
        if kind == "stringnl_noescape_pair":
            return (self._source.line(), self._source.line())
        line = self._source.line()
        if kind in ("decimalnl_short", "decimalnl_long"):
            return _whole(line)
        return line.strip("'\"")[:LONGEST_TEXT] if kind == "stringnl" else line[:LONGEST_TEXT]

    def _sized(self, size: int, is_text: bool) -> object:
        if size < 0:
            raise UnreadableError("a size is below zero")
        if not is_text or size > LONGEST_TEXT:
            self._source.skip(size)
            return OTHER
        return self._source.read(size).decode("utf-8", "replace")

    def _step(self, opcode: pickletools.OpcodeInfo, argument: object) -> None:
        """Do to the stack what the opcode says of itself."""
        before, after = opcode.stack_before, opcode.stack_after
        if pickletools.markobject in before:
            self.to_mark()
            before = before[: before.index(pickletools.markobject)]
        kept = self.values[-1:] if before and after and before[0] == after[0] else []
        for _ in before:
            self.pop()
        if kept and len(before) == 1 and len(after) == 1 and argument is None:
            self.values += kept  # such as APPENDS: what is below the mark stays
            return
        is_plain = isinstance(argument, int | str)
        self.values += [argument if is_plain else OTHER] * len(after)

    def found(self, module: str, name: str) -> None:
        """Tell of an import, by the name that Python 3 has for it, and put it on the stack."""
        if self._protocol < 3:
            module, name = _compat_pickle.NAME_MAPPING.get((module, name), (module, name))
            module = _compat_pickle.IMPORT_MAPPING.get(module, module)
        self._on_import(module, name)
        self.push(Global(module, name))

    def global_(self, argument: object) -> None:
        """Follow GLOBAL."""
        assert isinstance(argument, tuple)
        self.found(*argument)

    def stack_global(self, _: object) -> None:
        """Follow STACK_GLOBAL."""
        name, module = self.pop(), self.pop()
        if isinstance(name, str) and isinstance(module, str):
            self.found(module, name)
        else:
            self._on_import("?", "?")
            self.push(OTHER)

    def extension(self, argument: object) -> None:
        """Follow EXT1, EXT2 and EXT4: what it imports stands in a table of the program."""
        self._on_import("copyreg", f"extension {argument}")
        self.push(OTHER)

    def reduce(self, _: object) -> None:
        """Follow REDUCE and NEWOBJ."""
        arguments, of = self.pop(), self.pop()
        self.push(Made(of, arguments))

    def newobj_ex(self, _: object) -> None:
        """Follow NEWOBJ_EX."""
        self.pop()
        self.reduce(None)

    def inst(self, argument: object) -> None:
        """Follow INST."""
        assert isinstance(argument, tuple)
        found = tuple(self.to_mark())
        self.found(*argument)
        self.push(Made(self.pop(), found))

    def obj(self, _: object) -> None:
        """Follow OBJ."""
        found = self.to_mark()
        self.push(Made(found[0] if found else OTHER, tuple(found[1:])))

    def build(self, _: object) -> None:
        """Follow BUILD; joblib puts an array in the place of its wrapper then."""
        state, made = self.pop(), self.pop()
        if not isinstance(made, Made):
            self.push(made)
        elif self._has_arrays and is_wrapper(made.of):
            self._wrappers -= 1
            self._skip_array(state)
            self.push(OTHER)
        else:
            made.state = state
            self.push(made)

    def push(self, value: object) -> None:
        """Put a value on the stack, and count what stands for arrays to come."""
        self._wrappers += is_wrapper(value)
        super().push(value)

    def _skip_array(self, state: object) -> None:
        told = state if isinstance(state, dict) else {}
        dtype, shape = told.get("dtype"), told.get("shape")
        size = size_of_dtype(dtype)
        if size is None or not isinstance(shape, tuple):
            raise UnreadableError("an array in it is of no type that is known here")
        if not size:
            walk(self._source, self._on_import, has_arrays=False, depth=self._depth + 1)
            return
        count = 1
        for length in shape:
            if not isinstance(length, int) or not 0 <= length < 2**48:
                raise UnreadableError("an array in it has no shape")
            count *= length
        if isinstance(told.get("numpy_array_alignment_bytes"), int):
            self._source.skip(self._source.read(1)[0])
        self._source.skip(min(count * size, 2**63))

    def proto(self, argument: object) -> None:
        """Follow PROTO."""
        self._protocol = argument if isinstance(argument, int) else 0


def is_wrapper(value: object) -> bool:
    """Say whether this is what joblib puts before an array."""
    return isinstance(value, Global) and value.module in _WRAPPERS


def _whole(line: str) -> object:
    try:
        return int(line.strip().rstrip("L")) if len(line) < 30 else OTHER
    except ValueError:
        return OTHER


def size_of_dtype(dtype: object) -> int | None:
    """Return the bytes of an element of a `numpy.dtype`; 0 for objects, None where not known.

    The size of a structured one stands in its name, such as `V16`.
    """
    if not isinstance(dtype, Made) or not isinstance(dtype.of, Global):
        return None
    if ".".join(dtype.of) != _BUILTIN or not isinstance(dtype.arguments, tuple):
        return None
    code = dtype.arguments[0] if dtype.arguments else None
    match = _DTYPE.fullmatch(code) if isinstance(code, str) else None
    if match is None:
        return None
    letter, count = match[1], match[2]
    if letter == "O" or (letter == "V" and _holds_objects(dtype.state)):
        return 0
    if not count:
        return _SIZES.get(letter)
    return int(count) * (4 if letter == "U" else 1)


def _holds_objects(state: object) -> bool:
    """Say whether a structured type has a field of objects; its flags say it (numpy: 0x01)."""
    flags = state[-1] if isinstance(state, tuple) and len(state) > 7 else 1
    return not isinstance(flags, int) or bool(flags & 1)


_FIXED = {"uint1": "<B", "uint2": "<H", "int4": "<i", "uint4": "<I", "uint8": "<Q", "float8": ">d"}
_SIZED = {
    "string1": ("<B", True),
    "string4": ("<i", True),
    "long1": ("<B", False),
    "bytes1": ("<B", False),
    "bytes4": ("<I", False),
    "bytes8": ("<Q", False),
    "bytearray8": ("<Q", False),
    "long4": ("<i", False),
    "unicodestring1": ("<B", True),
    "unicodestring4": ("<I", True),
    "unicodestring8": ("<Q", True),
}
_ACTS: dict[str, Callable[[_Walk, object], None]] = {
    "GLOBAL": _Walk.global_,
    "STACK_GLOBAL": _Walk.stack_global,
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), _Walk.extension),
    **dict.fromkeys(("REDUCE", "NEWOBJ"), _Walk.reduce),
    "NEWOBJ_EX": _Walk.newobj_ex,
    "INST": _Walk.inst,
    "OBJ": _Walk.obj,
    "BUILD": _Walk.build,
    "MARK": _Walk.mark,
    "POP_MARK": _Walk.pop_mark,
    "DUP": _Walk.dup,
    "MEMOIZE": _Walk.memoize,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _Walk.put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Walk.get),
    "TUPLE": _Walk.tuple_,
    "TUPLE1": lambda walk, _: walk.tuples(1),
    "TUPLE2": lambda walk, _: walk.tuples(2),
    "TUPLE3": lambda walk, _: walk.tuples(3),
    "EMPTY_TUPLE": lambda walk, _: walk.tuples(0),
    "EMPTY_DICT": _Walk.empty_dict,
    "DICT": _Walk.dict_,
    "SETITEM": _Walk.setitem,
    "SETITEMS": _Walk.setitems,
    "PROTO": _Walk.proto,
    "POP": lambda walk, _: (walk.pop(), None)[1],
}
_PUSHES = frozenset(
    it.name
    for it in pickletools.opcodes
    if not it.stack_before and len(it.stack_after) == 1 and it.name not in _ACTS
)
"""Opcodes that put a plain value on the stack and do nothing else."""
