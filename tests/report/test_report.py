"""The page to look at, as a file and in a browser: what is on it, that it is safe, that it answers."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors, Word2Vec
from gensim.test.utils import common_texts, datapath
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec, report
from gensim_distill.evaluation import Comparison, Score, compare
from gensim_distill.report import WordMap, plot_loss, plot_map, word_map, write_report
from gensim_distill.report.clusters import find_clusters, name_clusters
from gensim_distill.teachers import TransformerTeacher

# Words that would end a script, run one, be taken for a template, a formula or a direction, or break a layout.
HOSTILE = [
    "</script><script>window.hacked=1</script>",
    '<img src=x onerror="window.hacked=1">',
    "\"quotes\" and 'quotes' & <b>tags</b>",
    "{{ 7 * 7 }}",
    "$x_{1",
    "<!--",
    "שלום",
    "\u202egnirts",
    "👩‍👩‍👧‍👦",
    "line\nbreak\ttab\0nul",
    "\ud800",
    "long" * 2000,
    "é",
    "@word{safe}",
]
FAMILIES = ("music", "river", "money")
FIRST = {"music": "song", "river": "water", "money": "coin"}


def vectors_of(words: list[str], seed: int = 0, counts: bool = True) -> KeyedVectors:
    """Vectors in as many groups as there are families, the words dealt out to them in turn."""
    rng = np.random.default_rng(seed)
    middles = np.eye(16)[: len(FAMILIES)] * 4
    made = KeyedVectors(16)
    made.add_vectors(words, (middles[np.arange(len(words)) % 3] + rng.normal(size=(len(words), 16))).astype(np.float32))
    if counts:
        made.expandos["count"] = np.array([10_000 // (rank + 1) + 3 for rank in range(len(words))])
    return made


PLAIN = [f"{FIRST[FAMILIES[i % 3]]}{i:03d}" for i in range(150)]
WORDS = [*PLAIN[:9], *HOSTILE, *PLAIN[9:]]


@pytest.fixture(scope="module")
def vectors() -> KeyedVectors:
    return vectors_of(WORDS)


@pytest.fixture(scope="module")
def found(vectors: KeyedVectors) -> WordMap:
    return word_map(vectors, smallest_cluster=20)


SCORES = Comparison(
    {
        "mine": {"simlex999": Score(0.5, 0.4, 0.6, 0.9, 900, 999), "hubness": Score(-0.25), "google": Score(np.nan)},
        "<i>theirs</i>": {"simlex999": Score(0.25, 0.1, 0.4, 0.9, 900, 999), "hubness": Score(2.0)},
    },
    {"mine": 5, "<i>theirs</i>": 7},
    5,
)


@pytest.fixture(scope="module")
def page(vectors: KeyedVectors, found: WordMap, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "page.html"
    return write_report(vectors, path, found=found, name="mine", scores=SCORES, title="Of <b>words</b>")


def data_in(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, flags=re.DOTALL)
    return json.loads(data)


def without_scripts(path: Path) -> str:
    return re.sub(r"<(script|style)\b.*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def text_of(path: Path) -> str:
    """What a reader sees, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]*>", " ", without_scripts(path)).split())


# --- the map ------------------------------------------------------------------------------------------


def test_neighbors_are_those_of_the_full_vectors(vectors: KeyedVectors, found: WordMap) -> None:
    for index in (0, 11, 77, len(found.words) - 1):
        expected = vectors.most_similar(found.words[index], topn=12)
        assert [found.words[other] for other in found.neighbors[index]] == [word for word, _ in expected]
        assert found.cosines[index] == pytest.approx([cosine for _, cosine in expected], abs=1e-5)


def test_words_with_like_vectors_stand_and_are_grouped_together(found: WordMap) -> None:
    groups = np.arange(len(WORDS)) % 3
    distances = np.linalg.norm(found.places[:, None] - found.places[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (groups[distances.argmin(axis=1)] == groups).mean() > 0.95
    for cluster in range(len(found.names)):
        assert np.bincount(groups[found.clusters == cluster]).max() / (found.clusters == cluster).sum() > 0.95
    assert len(found.names) >= 2


def test_the_most_frequent_words_are_taken_in_order(vectors: KeyedVectors) -> None:
    shuffled = np.random.default_rng(3).permutation(len(WORDS))
    mixed = KeyedVectors(16)
    mixed.add_vectors([WORDS[i] for i in shuffled], vectors.vectors[shuffled])
    mixed.expandos["count"] = vectors.expandos["count"][shuffled]
    some = word_map(mixed, max_words=30)
    by_count = vectors.expandos["count"]
    assert some.counts is not None
    assert some.counts.tolist() == sorted(by_count, reverse=True)[:30]
    assert some.words == [WORDS[i] for i in np.argsort(-by_count, kind="stable")[:30]]
    assert some.vocabulary == len(WORDS)


def test_words_without_a_direction_are_left_out_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    made = vectors_of(PLAIN[:40])
    made.vectors[[3, 5]] = 0
    some = word_map(made)
    assert (len(some.words), some.without_direction) == (38, 2)
    assert not {PLAIN[3], PLAIN[5]} & set(some.words)
    assert "2 of 40 words have a vector of zeros" in caplog.text


def test_the_same_seed_makes_the_same_map(vectors: KeyedVectors, found: WordMap) -> None:
    again = word_map(vectors, smallest_cluster=20)
    assert np.array_equal(again.places, found.places)
    assert np.array_equal(again.clusters, found.clusters)
    other = word_map(vectors, smallest_cluster=20, seed=2)
    assert not np.array_equal(other.places, found.places)
    assert np.array_equal(other.neighbors, found.neighbors)


def test_clusters_are_numbered_by_size_and_thin_places_have_none() -> None:
    rng = np.random.default_rng(0)
    small, large = rng.normal(size=(30, 2)), rng.normal(size=(60, 2)) + 50
    alone = np.array([[500.0, 500.0]])
    clusters = find_clusters(np.concatenate([small, large, alone]), smallest=20)
    assert set(clusters[:30]) <= {1, -1}
    assert set(clusters[30:90]) <= {0, -1}
    assert clusters[90] == -1


def test_names_pass_over_forms_of_a_word_and_marks() -> None:
    words = [",", "job", "jobs", "Working", "works", "pay", "far"]
    vectors = np.eye(2, dtype=np.float32)[[0, 0, 0, 0, 0, 0, 1]]
    assert name_clusters(words, vectors, np.array([0, 0, 0, 0, 0, 0, -1])) == [("job", "Working", "pay")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_words": 9}, "max_words=9 must be a whole number from 10"),
        ({"max_words": True}, "max_words=True"),
        ({"neighbors": 0}, "neighbors=0"),
        ({"smallest_cluster": 1}, "smallest_cluster=1"),
        ({"seed": -1}, "seed=-1"),
        ({"min_distance": 2}, "min_distance=2"),
    ],
)
def test_settings_that_make_no_map_are_refused(vectors: KeyedVectors, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        word_map(vectors, **options)


# --- the file -----------------------------------------------------------------------------------------


def test_the_page_holds_words_neighbors_and_cosines(page: Path, found: WordMap) -> None:
    data = data_in(page)
    assert data["words"] == found.words
    packed = base64.b64decode(data["neighbors"]["base64"])
    assert data["neighbors"]["type"] == "uint16"
    assert np.array_equal(np.frombuffer(packed, "<u2").reshape(-1, 12), found.neighbors)
    cosines = base64.b64decode(data["cosines"]["base64"])
    assert np.frombuffer(cosines, "i1").reshape(-1, 12) / 100 == pytest.approx(found.cosines, abs=0.005 + 1e-6)


def test_words_and_names_are_escaped(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "window.hacked" in text  # the word is there ...
    assert "<script>window.hacked" not in text  # ... but as a word
    visible = without_scripts(page)
    assert "<img src=x" not in visible
    assert "<i>theirs</i>" not in visible
    assert "&lt;i&gt;theirs&lt;/i&gt;" in visible
    assert "Of &lt;b&gt;words&lt;/b&gt;" in visible
    scripts = re.findall(r"<script\b[^>]*>", text)
    assert scripts == ['<script type="application/json" id="data">', *["<script>"] * 4]


def test_the_page_names_nothing_outside_itself(page: Path) -> None:
    visible = without_scripts(page)
    links = re.findall(r"\b(?:src|href|action)\s*=\s*[\"']?([^\s\"'>]+)", visible)
    assert {link[0] for link in links if link != "data:,"} == {"#"}
    for link in links:
        assert link == "data:," or f'id="{link[1:]}"' in visible
    assert "default-src 'none'" in page.read_text(encoding="utf-8")


def test_scores_stand_with_their_intervals_beside_baselines(page: Path) -> None:
    text = text_of(page)
    assert "SimLex-999" in text
    assert "900 of 999 used" in text
    assert "mine 0.500 (best) 0.400 to 0.600" in text
    assert "&lt;i&gt;theirs&lt;/i&gt; 0.250 0.100 to 0.400" in text
    assert "Without a score, since too few of the words are known: Google analogies." in text
    assert "judged on the 5 words that all of them know" in text
    bars = re.findall(r'class="fill" style="left:([\d.]+)%;width:([\d.]+)%"', without_scripts(page))
    # The correlations against one; hubness from -0.25 to 2, of which a ninth is left of zero.
    assert [(float(left), float(width)) for left, width in bars] == [(0, 50), (0, 25), (0, 11.11), (11.11, 88.89)]


def test_scores_are_measured_if_none_are_given(tmp_path: Path) -> None:
    source = datapath("euclidean_vectors.bin")
    options: dict[str, Any] = {"similarity": ["wordsim353"], "analogies": (), "geometry": False}
    page = write_report(source, tmp_path / "a.html", max_words=50, baselines={"same": source}, **options)
    comparison = compare({"euclidean_vectors": source, "same": source}, **options)
    score = comparison.scores["same"]["wordsim353"]
    text = text_of(page)
    assert f"euclidean_vectors {score.value:.3f} (best) {score.low:.3f} to {score.high:.3f}" in text
    assert "File euclidean_vectors.bin" in text
    assert "Counts unknown" in text
    assert "The map shows the 50 most frequent ones (max_words)" in text


def test_the_same_seed_writes_the_same_file(tmp_path: Path) -> None:
    source = vectors_of(PLAIN[:60])
    pages = [
        write_report(source, tmp_path / f"{number}.html", seed=seed, scores=False).read_bytes()
        for number, seed in enumerate((1, 1, 2))
    ]
    assert pages[0] == pages[1] != pages[2]


def test_what_is_not_known_is_not_on_the_page(tmp_path: Path) -> None:
    page = write_report(vectors_of(PLAIN[:30], counts=False), tmp_path / "page.html", scores=False)
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", without_scripts(page))
    assert headings == ["Map of the vocabulary", "What went in", "Settings"]
    assert "What was left out" not in text_of(page)
    assert 'value="frequency"' in without_scripts(page)
    assert "rank" in text_of(page)
    assert data_in(page)["counts"] is None


def test_a_distilled_model_tells_what_went_in_and_what_was_left_out(
    listener: ListeningTeacher, corpus: list[list[str]], tmp_path: Path
) -> None:
    texts = [*corpus, *corpus, ["\u200b", "fox", "once"]]  # of the first word the tokenizer makes nothing
    model = DistilledWord2Vec(texts, teacher=listener, min_count=2, objective="aggregate", contexts_per_word=2, seed=5)
    text = text_of(write_report(model, tmp_path / "page.html", scores=False))
    words = [word for item in texts for word in item]
    rare = {word for word in words if words.count(word) < 2}
    assert f"Texts {len(texts)} " in text
    assert f"Words {len(words)} " in text
    assert f"Different words {len(set(words))} " in text
    assert f"Vocabulary {len(model.wv)} words" in text
    assert (
        f"Rare words {len(rare)} words Met fewer than 2 times (min_count); {len(rare)} of {len(words)} occurrences."
        in text
    )
    read = len(listener.heard)
    assert 0 < read <= len(corpus) + 1  # of equal texts one
    assert f"Texts read by the teacher {read} " in text
    assert f"Texts not read {len(texts) - read} texts" in text
    assert "every word is met in 2 texts" in text
    for fact in (
        "objective Aggregate",
        "solver one-pass",
        "contexts_per_word 2",
        "seed 5",
        "Width of its states 32",
    ):
        assert fact in text
    assert "Training loss" not in text


def test_words_without_contexts_are_named_and_escaped(
    teacher: TransformerTeacher, corpus: list[list[str]], tmp_path: Path
) -> None:
    model = DistilledWord2Vec([*corpus, ["fox", "\u200b"]], teacher=teacher, min_count=1, objective="aggregate")
    page = write_report(model, tmp_path / "page.html", scores=False)
    assert "Words without contexts 1 words The teacher could make nothing of them." in text_of(page)
    assert '<bdi class="word">\u200b</bdi>' in without_scripts(page)
    assert "Occurrences not read 1 " in text_of(page)


def test_gradient_descent_leaves_a_loss_for_each_epoch(
    teacher: TransformerTeacher, corpus: list[list[str]], tmp_path: Path
) -> None:
    model = DistilledWord2Vec(
        corpus, teacher=teacher, min_count=1, objective="x2static", solver="sgd", sample=0, epochs=3, workers=1,
        compute_loss=True,
    )  # fmt: skip
    assert len(model.learned.epoch_losses) == 3
    words = sum(map(len, corpus))
    assert sum(model.learned.epoch_losses) * words == pytest.approx(model.get_latest_training_loss(), rel=1e-5)
    page = write_report(model, tmp_path / "page.html", scores=False)
    assert "Training loss Mean loss of a word in each epoch." in text_of(page)
    for epoch, loss in enumerate(model.learned.epoch_losses, 1):
        assert f"{epoch} {loss:.4f}" in text_of(page)
    assert data_in(page)["losses"] == model.learned.epoch_losses
    model.save(str(tmp_path / "model"))
    assert DistilledWord2Vec.load(str(tmp_path / "model")).epoch_losses == model.learned.epoch_losses
    model.build_vocab(corpus)
    assert model.learned.epoch_losses == []


def test_a_model_of_gensim_tells_its_settings_and_its_whole_loss(tmp_path: Path) -> None:
    model = Word2Vec(common_texts, min_count=1, vector_size=8, compute_loss=True, workers=1)
    text = text_of(write_report(model, tmp_path / "page.html", scores=False))
    assert "Kind Word2Vec" in text
    assert "window 5" in text
    assert f"{model.get_latest_training_loss():,.0f} in all epochs together" in text
    assert "Texts 9" in text
    assert "Teacher" not in text


# --- what is refused ----------------------------------------------------------------------------------


def test_a_file_that_is_there_is_not_replaced_unasked(vectors: KeyedVectors, found: WordMap, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="is there already: give another name, or overwrite=True"):
        write_report(vectors, path, found=found, scores=False)
    assert path.read_text() == "mine"
    write_report(vectors, path, found=found, scores=False, overwrite=True)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"path": "."}, FileExistsError, "is a folder: give the name of a file"),
        ({"path": "nowhere/page.html"}, FileNotFoundError, "There is no folder 'nowhere' to write 'page.html' into"),
        ({"source": vectors_of(PLAIN[:9])}, ValueError, "have 9 words with a direction, and a map needs at least 10"),
        ({"source": 7}, TypeError, "of type int, where KeyedVectors"),
        ({"baselines": ["glove.txt"]}, TypeError, "baselines is of type list: give a mapping"),
        ({"baselines": {"mine": "glove.txt"}, "name": "mine"}, ValueError, "A baseline is called 'mine'"),
        ({"baselines": {"b": "glove.txt"}, "scores": False}, ValueError, "leave out baselines"),
        ({"scores": SCORES, "analogies": ()}, ValueError, "analogies: these are for measuring"),
        ({"scores": "yes"}, TypeError, "scores is of type str"),
        ({"scores": SCORES, "name": "yours"}, ValueError, "no scores of 'yours'"),
    ],
)
def test_what_cannot_be_written_is_refused(
    vectors: KeyedVectors,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = {"source": vectors, "path": "page.html", "max_words": 30} | options
    with pytest.raises(error, match=message):
        write_report(**arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("module", "package"),
    [("jinja2", "jinja2"), ("bokeh.resources", "bokeh"), ("umap", "umap-learn"), ("sklearn.cluster", "scikit-learn")],
)
def test_without_a_library_the_error_names_the_extra(
    vectors: KeyedVectors, module: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf'{package}: pip install "gensim-distill\[report\]"'):
        write_report(vectors, tmp_path / "page.html", scores=False)


# --- pictures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_the_map_as_a_picture_has_a_point_a_word_and_names_its_clusters(
    found: WordMap, tmp_path: Path, ending: str, start: bytes
) -> None:
    figure = plot_map(found, tmp_path / f"map.{ending}", size=5)
    assert (tmp_path / f"map.{ending}").read_bytes().startswith(start)
    (axes,) = figure.axes
    assert len(axes.collections[0].get_offsets()) == len(found.words)
    labels = {text.get_text() for text in axes.texts}
    assert labels
    assert all(any(label.startswith(name[0][:10]) for name in found.names) for label in labels)


def test_labels_of_a_picture_do_not_overlap(found: WordMap) -> None:
    crowded = dataclasses.replace(found, places=found.places * 0 + found.places[:1])
    assert len(plot_map(crowded, size=3).axes[0].texts) == 1


def test_frequency_has_a_scale_and_needs_counts(found: WordMap) -> None:
    assert len(plot_map(found, color="frequency", size=4).axes) == 2
    with pytest.raises(ValueError, match="not known of these vectors: give color='cluster'"):
        plot_map(dataclasses.replace(found, counts=None), color="frequency")
    with pytest.raises(ValueError, match="color='count'"):
        plot_map(found, color="count")
    with pytest.raises(ValueError, match="seed: the map is made already"):
        plot_map(found, seed=3)


def test_losses_are_drawn_in_order(tmp_path: Path) -> None:
    figure = plot_loss([3.0, 2.0], tmp_path / "loss.png")
    assert figure.axes[0].lines[0].get_xydata().tolist() == [[1, 3], [2, 2]]
    with pytest.raises(ValueError, match="There are no losses"):
        plot_loss([])


def test_everything_public_is_documented_with_an_example() -> None:
    for name in report.__all__:
        documentation = getattr(report, name).__doc__ or ""
        assert documentation, name
        assert isinstance(getattr(report, name), type) or ">>>" in documentation, name


# --- in a browser -------------------------------------------------------------------------------------

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
    """A page in a browser without a network, and what it says and asks for."""

    def __init__(self, browser: Any, path: Path, **settings: Any) -> None:
        self.context = browser.new_context(**({"viewport": {"width": 1366, "height": 900}} | settings))
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("request", lambda request: self.asked.append(request.url))
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
        """Click where the word stands on the screen, after scrolling to the plot."""
        self.page.evaluate("document.querySelector('#plot').scrollIntoView({block: 'center'})")
        place = self.page.evaluate(
            """(index) => {
                const figure = Bokeh.documents[0].roots()[0];
                const data = JSON.parse(document.getElementById("data").textContent);
                const bytes = Uint8Array.from(atob(data.places.base64), (sign) => sign.charCodeAt(0));
                const places = new Float32Array(bytes.buffer), box = document.querySelector("#plot").getBoundingClientRect();
                const part = (range, at) => (at - range.start) / (range.end - range.start);
                return [
                    box.left + part(figure.x_range, places[2 * index]) * figure.inner_width,
                    box.top + (1 - part(figure.y_range, places[2 * index + 1])) * figure.inner_height,
                ];
            }""",
            index,
        )
        self.page.mouse.click(*place)

    def close(self) -> None:
        assert [line for line in self.said if line.startswith(("error", "warning"))] == []
        assert self.asked == [self.url]
        assert self.page.evaluate("window.hacked") is None
        self.context.close()


@pytest.fixture
def tab(browser: Any, page: Path) -> Iterator[Tab]:
    opened = Tab(browser, page)
    yield opened
    opened.close()


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


def test_the_search_goes_by_beginning_then_by_part_then_by_likeness(tab: Tab) -> None:
    tab.page.fill("#search", "water1")
    assert tab.found() == [word for word in WORDS if word.startswith("water1")][:12]
    tab.page.fill("#search", "ATER100")
    assert tab.found()[0] == "water100"  # within a word, whatever the case
    tab.page.fill("#search", "sogn012")
    assert "song012" in tab.found()[:3]  # two signs exchanged
    tab.page.fill("#search", "e")
    assert tab.found()[0] == "é"
    tab.page.fill("#search", "qqqqqqqqq")
    assert tab.found() == []
    assert "No such word" in tab.page.text_content("#matches")


def test_everything_can_be_done_with_the_keyboard(tab: Tab, vectors: KeyedVectors) -> None:
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


def test_a_word_on_the_map_and_its_neighbors_can_be_clicked(tab: Tab, found: WordMap) -> None:
    # One that stands apart, so that no other is as near to the pointer.
    distances = np.linalg.norm(found.places[:, None] - found.places[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    index = int(distances.min(axis=1).argmax())
    tab.click_word(index)
    assert tab.heading() == found.words[index]
    tab.page.locator("#word ol button").nth(2).click()
    assert tab.heading() == found.words[found.neighbors[index, 2]]


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


def test_colors_are_those_of_clusters_or_of_frequency(tab: Tab, found: WordMap) -> None:
    colors = "Bokeh.documents[0].roots()[0].renderers[0].data_source.data.color.slice().reverse()"
    by_cluster = tab.page.evaluate(colors)
    assert len(set(by_cluster)) == len(set(found.clusters.tolist()))
    for cluster in set(found.clusters.tolist()):
        assert len({by_cluster[i] for i in np.flatnonzero(found.clusters == cluster)}) == 1
    assert tab.page.locator("#legend button").count() == len(found.names)
    tab.page.check("input[value=frequency]")
    by_frequency = tab.page.evaluate(colors)
    assert by_frequency[0] != by_frequency[-1]
    assert found.counts is not None
    assert tab.page.locator(".ends span").all_text_contents() == [
        f"{found.counts[-1]:,} times", f"{found.counts[0]:,} times",
    ]  # fmt: skip


def test_hostile_words_are_shown_as_they_are(tab: Tab) -> None:
    for word in HOSTILE:
        if "\n" in word or word == "\ud800":  # which no one can type
            continue
        tab.page.fill("#search", word[:200])
        assert tab.found(), word[:50]
        tab.page.press("#search", "Enter")
        assert tab.heading() == word
    assert tab.page.locator("img").count() == 0
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 1366


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_follows_the_scheme(browser: Any, page: Path, scheme: str) -> None:
    tab = Tab(browser, page, viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True)
    tab.page.fill("#search", "longlong")
    tab.page.press("#search", "Enter")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    ground = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) > 384) == (scheme == "light")
    text = "Bokeh.documents[0].roots()[0].renderers[2].glyph.text_color.value"
    other = "dark" if scheme == "light" else "light"
    before = tab.page.evaluate(text)
    tab.page.emulate_media(color_scheme=other)
    until(tab.page, f"{text} !== {before!r}")
    tab.close()


def until(page: Any, condition: str) -> None:
    """Wait for a condition; playwright's own way would have the page evaluate a string, which its policy forbids."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{condition} never came true")


def test_the_map_stays_where_it_was_when_the_window_changes(tab: Tab) -> None:
    tab.page.fill("#search", "water100")
    tab.page.press("#search", "Enter")
    middle = "(({start, end}) => (start + end) / 2)(Bokeh.documents[0].roots()[0].x_range)"
    span = (
        "((figure) => (figure.x_range.end - figure.x_range.start) / figure.inner_width"
        " / (figure.y_range.end - figure.y_range.start) * figure.inner_height)(Bokeh.documents[0].roots()[0])"
    )
    before = tab.page.evaluate(middle)
    wide = tab.page.evaluate("Bokeh.documents[0].roots()[0].inner_width")
    tab.page.set_viewport_size({"width": 900, "height": 700})
    until(tab.page, f"Bokeh.documents[0].roots()[0].inner_width < {wide}")
    until(tab.page, f"Math.abs({span} - 1) < 0.01")  # circles stay circles
    until(tab.page, f"Math.abs({middle} - {before}) < 0.01")


def test_the_loss_is_drawn(browser: Any, tmp_path: Path) -> None:
    model = Word2Vec(common_texts, min_count=1, vector_size=8)
    model.learned.epoch_losses = [3.0, 2.0, 1.5]
    tab = Tab(browser, write_report(model, tmp_path / "page.html", scores=False))
    assert tab.page.evaluate("Bokeh.documents[1].roots()[0].renderers[0].data_source.data.y") == [3.0, 2.0, 1.5]
    tab.close()


def test_colors_of_text_have_contrast() -> None:
    css = (Path(report.__file__).parent / "parts" / "page.css").read_text(encoding="utf-8")

    def luminance(color: str) -> float:
        channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    schemes = [dict(re.findall(r"--(\w+): (#\w{6});", block)) for block in re.findall(r":root \{.*?\}", css, re.DOTALL)]
    assert len(schemes) == 2
    for scheme in schemes:
        for text in ("text", "soft", "accent"):
            for ground in ("page", "raised"):
                dark, light = sorted((luminance(scheme[text]), luminance(scheme[ground])))
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)
