"""Corpora: what a document is, how it is read, checked and counted, and which documents the teacher reads."""
