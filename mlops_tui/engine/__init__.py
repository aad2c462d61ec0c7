"""Verbs a person has, and the processes that look after runs; no Textual."""
