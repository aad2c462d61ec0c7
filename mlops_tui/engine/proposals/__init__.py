"""Finders of jobs and data for a first `mlops.toml`; they read files and never run anything."""
