"""The report in Chromium, without a network."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from report_pages import HOSTILE, WORDS

from gensim_distill import DistilledWord2Vec
from gensim_distill.report import WordMap, write_report
from gensim_distill.teachers import TransformerTeacher

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium is installed here (apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield chromium
        chromium.close()


class Tab:
    """A report in a browser without a network; records console messages and requests."""

    def __init__(self, browser: Any, path: Path, **settings: Any) -> None:
        self.context = browser.new_context(**({"viewport": {"width": 1366, "height": 900}} | settings))
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.messages.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.messages.append(f"error: {error}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.url = path.resolve().as_uri()
        self.page.goto(self.url)
        self.page.wait_for_selector("html[data-ready]", timeout=60_000)

    def heading(self) -> str:
        text: str = self.page.text_content("#word h3")
        return text

    def neighbors(self) -> list[str]:
        texts: list[str] = self.page.locator("#word ol bdi").all_text_contents()
        return texts

    def found(self) -> list[str]:
        texts: list[str] = self.page.locator("#matches li[role=option] bdi").all_text_contents()
        return texts

    def click_word(self, index: int) -> None:
        """Click on the position of a word, after scrolling to the plot."""
        self.page.evaluate("document.querySelector('#plot').scrollIntoView({block: 'center'})")
        place = self.page.evaluate(
            """(index) => {
                const figure = Bokeh.documents[0].roots()[0];
                const data = JSON.parse(document.getElementById("data").textContent);
                const bytes = Uint8Array.from(atob(data.positions.base64), (character) => character.charCodeAt(0));
                const positions = new Float32Array(bytes.buffer), box = document.querySelector("#plot").getBoundingClientRect();
                const part = (range, at) => (at - range.start) / (range.end - range.start);
                return [
                    box.left + part(figure.x_range, positions[2 * index]) * figure.inner_width,
                    box.top + (1 - part(figure.y_range, positions[2 * index + 1])) * figure.inner_height,
                ];
            }""",
            index,
        )
        self.page.mouse.click(*place)

    def close(self) -> None:
        assert [line for line in self.messages if line.startswith(("error", "warning"))] == []
        assert self.requests == [self.url]
        assert self.page.evaluate("window.hacked") is None
        self.context.close()


@pytest.fixture
def tab(browser: Any, page: Path) -> Iterator[Tab]:
    opened = Tab(browser, page)
    yield opened
    opened.close()


def until(page: Any, condition: str) -> None:
    """Wait for a condition; playwright's own function evaluates a string in the page, which its policy forbids."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{condition} did not become true")


def test_a_search_shows_the_word_and_its_neighbors(tab: Tab, vectors: KeyedVectors) -> None:
    tab.page.fill("#search", "song012")
    assert tab.found()[0] == "song012"
    tab.page.press("#search", "Enter")
    assert tab.heading() == "song012"
    assert tab.neighbors() == [
        word if len(word) < 80 else word[:79] + "…" for word, _ in vectors.most_similar("song012", topn=12)
    ]
    shown = tab.page.locator("#word ol .number").all_text_contents()
    assert [float(number) for number in shown] == pytest.approx(
        [cosine for _, cosine in vectors.most_similar("song012", topn=12)], abs=0.006
    )
    assert f"{vectors.get_vecattr('song012', 'count'):,} times" in tab.page.text_content("#word p")
    assert tab.page.is_hidden("#matches")


def test_the_search_finds_beginnings_then_parts_then_similar_words(tab: Tab) -> None:
    tab.page.fill("#search", "water1")
    assert tab.found() == [word for word in WORDS if word.startswith("water1")][:12]
    tab.page.fill("#search", "ATER100")
    assert tab.found()[0] == "water100"  # within a word, in any case
    tab.page.fill("#search", "sogn012")
    assert "song012" in tab.found()[:3]  # two characters swapped
    tab.page.fill("#search", "e")
    assert tab.found()[0] == "é"
    tab.page.fill("#search", "qqqqqqqqq")
    assert tab.found() == []
    assert "No such word" in tab.page.text_content("#matches")


def test_the_panel_follows_the_search(tab: Tab) -> None:
    tab.page.fill("#search", "coin01")
    assert tab.heading() == tab.found()[0]
    tab.page.keyboard.press("ArrowDown")
    assert tab.heading() == tab.found()[1]
    whole = tab.page.evaluate("Bokeh.documents[0].roots()[0].x_range.start")
    tab.page.keyboard.press("ArrowDown")
    assert (
        tab.page.evaluate("Bokeh.documents[0].roots()[0].x_range.start") == whole
    )  # the map stays until a word is taken
    tab.page.fill("#search", "qqqqqqqqq")
    assert tab.page.locator("#word h3").count() == 0


def test_keyboard_navigation(tab: Tab, vectors: KeyedVectors) -> None:
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.className") == "skip"
    tab.page.keyboard.press("Enter")
    tab.page.focus("#search")
    tab.page.keyboard.type("coin01")
    listed = tab.found()
    tab.page.keyboard.press("ArrowDown")
    active = tab.page.get_attribute("#search", "aria-activedescendant")
    assert tab.page.text_content(f"#{active} bdi") == listed[1]
    tab.page.keyboard.press("Enter")
    assert tab.heading() == listed[1]
    tab.page.locator("#word ol button").first.focus()
    tab.page.keyboard.press("Enter")
    assert tab.heading() == vectors.most_similar(listed[1], topn=1)[0][0]
    tab.page.focus("#plot")
    before = tab.page.evaluate("Bokeh.documents[0].roots()[0].x_range.start")
    tab.page.keyboard.press("ArrowRight")
    assert tab.page.evaluate("Bokeh.documents[0].roots()[0].x_range.start") > before
    tab.page.keyboard.press("Escape")
    assert tab.page.locator("#word h3").count() == 0


def test_words_and_neighbors_can_be_clicked(tab: Tab, words: WordMap) -> None:
    # The most distant word, so that no other is as near to the pointer.
    distances = np.linalg.norm(words.positions[:, None] - words.positions[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    index = int(distances.min(axis=1).argmax())
    tab.click_word(index)
    assert tab.heading() == words.words[index]
    tab.page.locator("#word ol button").nth(2).click()
    assert tab.heading() == words.words[words.neighbors[index, 2]]


def test_zoom_buttons_and_the_wheel_zoom(tab: Tab) -> None:
    span = "(({start, end}) => end - start)(Bokeh.documents[0].roots()[0].x_range)"
    whole = tab.page.evaluate(span)
    tab.page.click("#zoom-in")
    assert tab.page.evaluate(span) == pytest.approx(whole / 1.6)
    tab.page.click("#zoom-out")
    assert tab.page.evaluate(span) == pytest.approx(whole)
    tab.page.hover("#plot")
    tab.page.mouse.wheel(0, -240)
    until(tab.page, f"{span} < {whole}")
    tab.page.click("#zoom-all")
    assert tab.page.evaluate(span) == pytest.approx(whole)


def test_colors_show_clusters_or_frequency(tab: Tab, words: WordMap) -> None:
    colors = "Bokeh.documents[0].roots()[0].renderers[0].data_source.data.color.slice().reverse()"
    by_cluster = tab.page.evaluate(colors)
    assert len(set(by_cluster)) == len(set(words.clusters.tolist()))
    for cluster in set(words.clusters.tolist()):
        assert len({by_cluster[i] for i in np.flatnonzero(words.clusters == cluster)}) == 1
    assert tab.page.locator("#legend button").count() == len(words.cluster_names)
    tab.page.check("input[value=frequency]")
    by_frequency = tab.page.evaluate(colors)
    assert by_frequency[0] != by_frequency[-1]
    assert words.counts is not None
    assert tab.page.locator(".ends span").all_text_contents() == [
        f"{words.counts[-1]:,} times", f"{words.counts[0]:,} times",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [10, 11])
def test_the_legend_has_a_color_for_each_cluster_or_none(
    browser: Any, words: WordMap, vectors: KeyedVectors, tmp_path: Path, number: int
) -> None:
    found = replace(
        words, clusters=np.arange(len(words.words)) % number, cluster_names=[(f"c{i}",) for i in range(number)]
    )
    tab = Tab(browser, write_report(vectors, tmp_path / "page.html", word_map=found, scores=False))
    assert tab.page.locator("#legend button").count() == number
    colors = tab.page.eval_on_selector_all("#legend .dot", "dots => dots.map((dot) => dot.style.background)")
    assert len(colors) == len(set(colors)) == (10 if number == 10 else 0)
    assert f"{number} clusters" in tab.page.text_content("#legend")
    tab.close()


def test_hostile_words_are_shown_as_text(tab: Tab) -> None:
    for word in HOSTILE:
        if "\n" in word or word == "\ud800":  # cannot be typed
            continue
        tab.page.fill("#search", word[:200])
        assert tab.found(), word[:50]
        tab.page.press("#search", "Enter")
        assert tab.heading() == word
    assert tab.page.locator("img").count() == 0
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 1366


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_follows_the_color_scheme(
    browser: Any, page: Path, words: WordMap, scheme: str
) -> None:
    tab = Tab(browser, page, viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True)
    tab.page.fill("#search", "longlong")
    tab.page.press("#search", "Enter")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    frame = tab.page.locator(".plane").bounding_box()
    x, y = words.positions.max(axis=0) - words.positions.min(axis=0)
    assert frame["width"] / frame["height"] == pytest.approx(min(max(x / y, 0.7), 1.4), rel=0.02)  # no empty bands
    ground = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) > 384) == (scheme == "light")
    text = "Bokeh.documents[0].roots()[0].renderers[2].glyph.text_color.value"
    other = "dark" if scheme == "light" else "light"
    before = tab.page.evaluate(text)
    tab.page.emulate_media(color_scheme=other)
    until(tab.page, f"{text} !== {before!r}")
    tab.close()


def test_the_map_keeps_its_center_when_the_window_changes(tab: Tab) -> None:
    tab.page.fill("#search", "water100")
    tab.page.press("#search", "Enter")
    middle = "(({start, end}) => (start + end) / 2)(Bokeh.documents[0].roots()[0].x_range)"
    span = (
        "((figure) => (figure.x_range.end - figure.x_range.start) / figure.inner_width"
        " / (figure.y_range.end - figure.y_range.start) * figure.inner_height)(Bokeh.documents[0].roots()[0])"
    )
    before = tab.page.evaluate(middle)
    width = tab.page.evaluate("Bokeh.documents[0].roots()[0].inner_width")
    tab.page.set_viewport_size({"width": 900, "height": 700})
    until(tab.page, f"Bokeh.documents[0].roots()[0].inner_width < {width}")
    until(tab.page, f"Math.abs({span} - 1) < 0.01")  # circles stay circles
    until(tab.page, f"Math.abs({middle} - {before}) < 0.01")


def test_the_loss_is_plotted(
    browser: Any, teacher: TransformerTeacher, corpus: list[list[str]], tmp_path: Path
) -> None:
    model = DistilledWord2Vec(
        corpus, teacher=teacher, min_count=1, objective="x2static", solver="sgd", epochs=3, workers=1, compute_loss=True
    )
    tab = Tab(browser, write_report(model, tmp_path / "page.html", scores=False))
    plotted = tab.page.evaluate("Bokeh.documents[1].roots()[0].renderers[0].data_source.data.y")
    assert plotted == model.learned.epoch_losses
    tab.close()
