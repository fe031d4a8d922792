"""Measurements of quality and speed, and of the worth of each part; run from the root of the repository.

For example ``python -m benchmarks.speed.teacher_pass CORPUS TEACHER``.
"""
