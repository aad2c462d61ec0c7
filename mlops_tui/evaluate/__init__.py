"""How good predictions are, and how sure of it one may be; pure numbers.

Columns come in, frozen reports go out. Nothing here reads a file, and nothing knows a project. What
watches live data (`monitor`) builds on it.
"""
