"""The command line: arguments to one action, or the app."""
