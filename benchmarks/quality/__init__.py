"""Scores of vectors."""
