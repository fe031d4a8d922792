"""Size of an HTML report, and the time until it is open and responds.

Writes a report of vectors from a file, or of random ones in clusters, and opens it in headless Chromium several times,
each in a new context without network. Prints medians and extremes. Headless Chromium renders WebGL in software; with a
GPU the map moves faster.

Run: python -m benchmarks.speed.html_report [--vectors FILE] [--words N] [--dimensions N]
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from benchmarks.common import MarkdownTable, argument_parser, machine
from gensim_distill.report import word_map, write_report
from gensim_distill.vectors import load_vectors

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PAINTED = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"


def random_vectors(words: int, dimensions: int) -> KeyedVectors:
    """Sample vectors in 50 clusters, with random names."""
    rng = np.random.default_rng(0)
    clusters = rng.normal(size=(50, dimensions))
    vectors = KeyedVectors(dimensions)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    names = ["".join(rng.choice(letters, rng.integers(3, 13))) + str(number % 10) for number in range(words)]
    names = list(dict.fromkeys(names))
    rows = clusters[rng.integers(0, 50, len(names))] + rng.normal(size=(len(names), dimensions))
    vectors.add_vectors(names, rows.astype(np.float32))
    vectors.expandos["count"] = 1_000_000 // np.arange(1, len(names) + 1) + 2
    return vectors


def summary(seconds: list[float]) -> str:
    """Format median and extremes."""
    return f"median {statistics.median(seconds):.3f} s, {min(seconds):.3f} to {max(seconds):.3f}, of {len(seconds)}"


def search(page: Any, query: str) -> tuple[float, float]:
    """Type a query; return the seconds until the list is built, and until it is painted."""
    listed, painted = page.evaluate(
        f"""async (query) => {{
            const box = document.getElementById("search"), start = performance.now();
            box.value = query;
            box.dispatchEvent(new Event("input"));
            const listed = performance.now() - start;
            await {PAINTED};
            return [listed, performance.now() - start];
        }}""",
        query,
    )
    return listed / 1000, painted / 1000


def drag(page: Any, steps: int = 30) -> list[float]:
    """Drag the map; return the seconds until each step is painted."""
    box = page.locator("#plot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    seconds = []
    for step in range(1, steps + 1):
        start = time.perf_counter()
        page.mouse.move(x + 5 * step, y + 3 * step)
        page.evaluate(PAINTED)
        seconds.append(time.perf_counter() - start)
    page.mouse.up()
    return seconds


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = argument_parser(__doc__)
    parser.add_argument(
        "--vectors", help="a file of word vectors, or of gensim's KeyedVectors.save (.kv), which must be trusted"
    )
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--dimensions", type=int, default=300)
    parser.add_argument("--opens", type=int, default=7)
    arguments = parser.parse_args(argv)
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        parser.error("Chromium is not installed (apt install chromium)")
    from playwright.sync_api import sync_playwright

    print(machine())
    if arguments.vectors is None:
        vectors = random_vectors(arguments.words, arguments.dimensions)
    elif arguments.vectors.endswith(".kv"):
        vectors = KeyedVectors.load(arguments.vectors)
    else:
        vectors = load_vectors(arguments.vectors)
    start = time.perf_counter()
    found = word_map(vectors, max_words=arguments.words)
    of_map = time.perf_counter() - start
    print(f"map of {len(found.words)} words, {len(found.cluster_names)} clusters: {of_map:.1f} s")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        start = time.perf_counter()
        path = write_report(vectors, Path(folder, "page.html"), word_map=found, scores=False)
        megabytes = path.stat().st_size / 1e6
        print(f"report without scores: {time.perf_counter() - start:.1f} s, {megabytes:.2f} MB")
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        opened, listed, painted, moved = [], [], [], []
        queries = [
            *(word[:4] for word in found.words[:: max(1, len(found.words) // 20)]),
            "zzzzzzzz",
            "a",
            "informatoin",
        ]
        for _ in range(arguments.opens):
            context = browser.new_context(viewport={"width": 1366, "height": 900}, offline=True)
            page = context.new_page()
            start = time.perf_counter()
            page.goto(path.as_uri())
            page.wait_for_selector("html[data-ready]", timeout=120_000)
            opened.append(time.perf_counter() - start)
            for query in queries:
                built, shown = search(page, query)
                listed.append(built)
                painted.append(shown)
            page.evaluate("document.getElementById('search').blur()")
            moved += drag(page)
            context.close()
        browser.close()
    print(f"open, from the request until the map is painted: {summary(opened)}")
    print(f"search, until the list is built: {summary(listed)}")
    print(f"search, until the list is painted: {summary(painted)}")
    print(f"a step of dragging the map: {summary(moved)}")
    formats = {"median (ms)": ",.0f", "longest (ms)": ",.0f"}
    table = MarkdownTable("measured", *formats, title="report", formats=formats)
    times = {
        "the map is shown": opened,
        "search, until the list is computed": listed,
        "search, until the list is painted": painted,
        "one step of dragging the map": moved,
    }
    for name, seconds in times.items():
        table.row(name, 1000 * statistics.median(seconds), 1000 * max(seconds))
    sizes = {"words": ",", "map (s)": ".0f", "size of the file (MB)": ".1f"}
    size = MarkdownTable(*sizes, title="size", formats=sizes)
    size.row(len(found.words), of_map, megabytes)
    return [size, table]


if __name__ == "__main__":
    main()
