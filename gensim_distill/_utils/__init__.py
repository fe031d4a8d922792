"""Helpers that know nothing of words, teachers or vectors."""
