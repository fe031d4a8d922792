"""Helpers that are independent of words, teachers and vectors."""
