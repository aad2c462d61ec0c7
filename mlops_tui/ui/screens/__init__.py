"""Screens and dialogs: they hold selection and filters, read in threads and call actions."""
