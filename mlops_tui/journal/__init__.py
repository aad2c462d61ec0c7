"""Append-only files of JSON lines, locks and claims; nothing that interprets the lines."""
