"""A local Ray cluster with two CPUs, and actors that the tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ray_testing import LINES, SharedPool
from recording_teacher import WORKER_ENVIRONMENT


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    ray = pytest.importorskip("ray")
    for attempts_left in reversed(range(5)):
        try:
            ray.init(
                num_cpus=2,
                include_dashboard=False,
                log_to_driver=False,
                logging_level="error",
                runtime_env={"env_vars": WORKER_ENVIRONMENT},
            )
            break
        except Exception as error:
            # Ray gives its own processes 30 seconds to start, which cannot be set and is too little on a busy machine.
            if "timed out during startup" not in str(error) or not attempts_left:
                raise
            ray.shutdown()
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def pool(cluster: None) -> Iterator[SharedPool]:
    """Two actors shared by the tests, because they take seconds to start."""
    shared = SharedPool(2, num_cpus=1, num_gpus=0)
    yield shared
    shared.end()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "corpus.txt"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return path
