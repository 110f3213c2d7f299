# SPDX-License-Identifier: Apache-2.0
"""What a terminal shows after bytes: libvterm, as in the end-to-end tests."""
import ctypes

CELL_BYTES_MAX = 24


class _Rect(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ("start_row", "end_row", "start_col", "end_col")]


def _library():
    lib = ctypes.CDLL("libvterm.so.0")
    for name in ("vterm_new", "vterm_obtain_screen"):
        getattr(lib, name).restype = ctypes.c_void_p
    lib.vterm_new.argtypes = [ctypes.c_int, ctypes.c_int]
    lib.vterm_set_utf8.argtypes = [ctypes.c_void_p, ctypes.c_int]
    lib.vterm_obtain_screen.argtypes = [ctypes.c_void_p]
    lib.vterm_screen_enable_altscreen.argtypes = [ctypes.c_void_p, ctypes.c_int]
    lib.vterm_screen_reset.argtypes = [ctypes.c_void_p, ctypes.c_int]
    lib.vterm_input_write.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    lib.vterm_screen_get_text.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, _Rect]
    lib.vterm_screen_get_text.restype = ctypes.c_size_t
    lib.vterm_free.argtypes = [ctypes.c_void_p]
    return lib


class Picture:
    """A context manager: it holds a terminal of libvterm."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self._lib = _library()
        self._text = ctypes.create_string_buffer(columns * CELL_BYTES_MAX)

    def __enter__(self):
        self._vterm = self._lib.vterm_new(self.rows, self.columns)
        self._lib.vterm_set_utf8(self._vterm, 1)
        self._screen = self._lib.vterm_obtain_screen(self._vterm)
        self._lib.vterm_screen_enable_altscreen(self._screen, 1)
        self._lib.vterm_screen_reset(self._screen, 1)
        return self

    def __exit__(self, *error):
        self._lib.vterm_free(self._vterm)

    def feed(self, data):
        self._lib.vterm_input_write(self._vterm, data, len(data))

    def lines(self):
        """The rows as text, without the blanks at their ends."""
        return [self._line(row) for row in range(self.rows)]

    def _line(self, row):
        rect = _Rect(row, row + 1, 0, self.columns)
        size = self._lib.vterm_screen_get_text(self._screen, self._text, len(self._text), rect)
        return self._text.raw[:size].decode("utf-8", "replace").rstrip()

    def n_text_rows(self):
        return sum(1 for line in self.lines() if line)
