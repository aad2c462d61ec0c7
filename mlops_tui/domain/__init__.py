"""Frozen dataclasses and rules of the product; standard library only."""
