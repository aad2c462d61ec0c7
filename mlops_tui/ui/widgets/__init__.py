"""Widgets of our own: each draws what it is given and posts what a person wants."""
