"""Textbook models with published answers, in the project's own expression language."""
