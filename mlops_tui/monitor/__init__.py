"""Live data against a reference: drift, quality and how sure of it one may be; pure numbers.

Columns come in, frozen reports go out. Nothing here reads a file, and nothing knows a project.
"""
