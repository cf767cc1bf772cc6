"""The search index: what is in it, what damage does, the same answers from each build, and hostile words."""

from __future__ import annotations

import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failuregraph.build import Release, build
from failuregraph.errors import Unreadable
from failuregraph.names import FG, NAMESPACES
from failuregraph.project import Project
from failuregraph.search import FIELDS, INDEX_FILE, Index, Words, texts_of, write_index
from failuregraph.store import Table

HOSTILE = [
    "",
    " ",
    '"',
    '""',
    '"unbalanced',
    "*",
    "***",
    "NEAR(",
    "NEAR(a b, 5)",
    "title:refund",
    "{title}: x",
    "a AND",
    "OR NOT",
    "^refund",
    "-refund",
    "a + b",
    "(((",
    "'; DROP TABLE words; --",
    "<script>alert(1)</script>",
    "\x00",
    "a\x00b",
    "\x01\x02",
    "\ud800",
    "\u2028",
    "é́" * 50,
    "x" * 10_240,
    "a " * 5_000,
    '"' * 10_000,
    "%s %d {0} \\",
]


@pytest.fixture(scope="module")
def release(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the test corpus."""
    return build(corpus, tmp_path_factory.mktemp("search"))


@pytest.fixture(scope="module")
def index(release: Release) -> Index:
    """Return its index."""
    return Index(release.index_path)


@pytest.fixture
def damaged(release: Release, tmp_path: Path) -> Path:
    """Return a copy of the release that the test may damage."""
    return shutil.copytree(release.path, tmp_path / "release")


def find(index: Index, text: str) -> list[str]:
    """Return what the words of a text find."""
    return index.find(Words.of(text))


# --- What is found ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FI-9003", "FI-9003"),
        ("ledgers", "FI-9003"),
        ("deleting ledger", "FI-9003"),
        ('"deleted ledgers"', "FI-9003"),
        ("ledg*", "FI-9003"),
        ("“deletes ledgers”", "FI-9003"),
    ],
)
def test_a_record_is_found(index: Index, text: str, found: str) -> None:
    """By its identifier, by words whatever their ending, by phrases, and by how a word begins."""
    assert found == find(index, text)[0]


def test_all_words_must_be_there(index: Index) -> None:
    """A word that no record has leaves nothing, and the order of a phrase counts."""
    assert [] == find(index, "ledgers zeppelin")
    assert [] == find(index, '"ledgers deleted"')
    assert ["FI-9003"] == find(index, "ledgers deleted")


def test_every_live_record_is_in_it_once(release: Release, corpus: Project) -> None:
    """As many as the manifest says, each with its own title."""
    texts = texts_of(corpus, release.store())
    assert release.manifest["search"]["records"] == len(texts) == len(list(corpus.incidents.glob("*.ttl")))
    assert [] == [name for name, of in texts.items() if of["identifier"] != (name,)]
    assert (
        {"title", "steps", "organisations", "systems", "sources", "classification"}
        <= {field for of in texts.values() for field in of}
        <= set(FIELDS)
    )


def test_each_field_is_searched(release: Release, corpus: Project, index: Index) -> None:
    """The longest word of each text finds its record, and the passage names that field."""
    for name, of in texts_of(corpus, release.store()).items():
        for field, texts in of.items():
            word = max((part for text in texts for part in text.split() if part.isalnum()), key=len, default="")
            if word:
                assert name in find(index, word), (name, field, word)
                assert field in index.passages(Words.of(word), [name])[name].fields


def test_a_profile_is_no_step_of_an_incident(release: Release, corpus: Project) -> None:
    """What the mode of an incident typically does is not among the words of one without observed steps."""
    texts = texts_of(corpus, release.store())
    assert "steps" in texts["FI-9003"]
    assert "steps" not in texts["FI-9001"]


def test_a_party_that_nobody_called_an_organisation_is_not_named(together: Project, tmp_path: Path) -> None:
    """Imported records are in the index; of their parties, only those that are organisations and may not be persons."""
    release = build(together, tmp_path)
    query = f"""PREFIX fg: <{FG}> PREFIX rdfs: <{NAMESPACES["rdfs"]}> PREFIX foaf: <{NAMESPACES["foaf"]}>
    SELECT ?identifier ?name ?organisation WHERE {{
      ?record foaf:primaryTopic/fg:involvement ?involvement ; <{NAMESPACES["dcterms"]}identifier> ?identifier .
      ?involvement fg:party ?party . ?party rdfs:label ?name .
      OPTIONAL {{ ?involvement fg:organisation ?organisation }} }}"""
    parties = release.store().query(query)
    assert isinstance(parties, Table)
    texts = texts_of(together, release.store())
    told = {True: set[tuple[str, str]](), False: set[tuple[str, str]]()}
    for identifier, name, organisation in parties.rows:
        if identifier is not None and name is not None:
            told[organisation is not None].add((identifier.value, name.value))
    named = {(identifier, name) for identifier, of in texts.items() for name in of.get("organisations", ())}
    assert told[True] & named
    assert told[False]
    assert set() == told[False] & named


def test_the_words_are_marked_and_nothing_else(index: Index) -> None:
    """The pieces of a title are the title; the marked ones are what was looked for."""
    passage = index.passages(Words.of("ledger"), ["FI-9003"])["FI-9003"]
    assert "Fabrikam agent deletes ledgers" == "".join(piece.text for piece in passage.title)
    assert ["ledgers"] == [piece.text for piece in passage.title if piece.marked]
    assert "title" in passage.fields
    assert "summary" == passage.field
    assert any(piece.marked for piece in passage.extract)


def test_a_misspelt_word_has_a_nearest_one(index: Index) -> None:
    """Typing errors and parts of words lead to a word of the index; nonsense leads nowhere."""
    assert "ledgers" == index.nearest("legders")
    assert "fabrikam" == index.nearest("fabrik")
    assert "" == index.nearest("qqqqq")
    assert "" == index.nearest("")


# --- The file ---


def test_two_builds_find_the_same(corpus: Project, release: Release, index: Index, tmp_path: Path) -> None:
    """The manifest states the same hash, and each word finds the same records in the same order."""
    again = build(corpus, tmp_path)
    other = Index(again.index_path)
    assert release.manifest["search"] == again.manifest["search"]
    words = ["the", "agent", "bank", "northwind", "refund*", "court"]
    assert [find(index, word) for word in words] == [find(other, word) for word in words]
    assert find(index, "the")


def test_the_index_is_no_file_of_the_manifest(release: Release) -> None:
    """Its bytes differ between versions of SQLite, so that they are not stated."""
    assert INDEX_FILE not in release.manifest["files"]
    assert {"records", "sha256"} == set(release.manifest["search"])


def test_a_missing_index_is_not_opened(damaged: Path) -> None:
    """And none is made in its place."""
    (damaged / INDEX_FILE).unlink()
    with pytest.raises(Unreadable, match="the search index cannot be read"):
        Release.open(damaged)
    assert not (damaged / INDEX_FILE).exists()


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00" + bytes(4096)])
def test_another_file_is_not_opened(damaged: Path, content: bytes) -> None:
    """An empty file is an empty data base to SQLite, and no index."""
    (damaged / INDEX_FILE).write_bytes(content)
    with pytest.raises(Unreadable, match="search index"):
        Release.open(damaged)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_a_truncated_index_is_not_opened(damaged: Path, share: float) -> None:
    """Whatever is missing."""
    data = (damaged / INDEX_FILE).read_bytes()
    (damaged / INDEX_FILE).write_bytes(data[: int(len(data) * share)])
    with pytest.raises(Unreadable, match=r"search index|the index holds"):
        Release.open(damaged)


def test_a_changed_text_is_not_opened(damaged: Path) -> None:
    """A letter of a stored text is noticed by the hash of the texts, though SQLite finds the file sound."""
    data = (damaged / INDEX_FILE).read_bytes()
    assert b"Fabrikam agent deletes ledgers" in data
    (damaged / INDEX_FILE).write_bytes(
        data.replace(b"Fabrikam agent deletes ledgers", b"Fabrikam agent deletes ledgerz")
    )
    with pytest.raises(Unreadable, match="the search index is damaged"):
        Release.open(damaged)


def test_another_count_is_not_opened(damaged: Path) -> None:
    """The manifest's number is compared with that of the index."""
    manifest = json.loads((damaged / "manifest.json").read_text(encoding="utf-8"))
    manifest["search"]["records"] += 1
    (damaged / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(Unreadable, match="the index holds 10 records, the manifest says 11"):
        Release.open(damaged)


def test_a_release_without_an_index_is_not_opened(damaged: Path) -> None:
    """A manifest of before there was one is said to be no release."""
    manifest = json.loads((damaged / "manifest.json").read_text(encoding="utf-8"))
    del manifest["search"]
    (damaged / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(Unreadable, match="build it again"):
        Release.open(damaged)


def test_it_is_read_alone(damaged: Path, index: Index) -> None:
    """Nothing is written beside it, a folder without write permission is enough, and no statement can change it."""
    before = sorted(path.name for path in damaged.iterdir())
    damaged.chmod(0o500)
    try:
        assert ["FI-9003", "FI-9004"] == find(Index(damaged / INDEX_FILE), "ledgers")
    finally:
        damaged.chmod(0o700)
    assert before == sorted(path.name for path in damaged.iterdir())
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        index._base.execute("DELETE FROM words")  # noqa: SLF001 - what no method offers


def test_many_threads_may_read(index: Index) -> None:
    """Each has a connection of its own."""
    with ThreadPoolExecutor(8) as threads:
        assert [["FI-9003", "FI-9004"]] * 64 == list(threads.map(lambda _: find(index, "ledgers"), range(64)))


# --- Hostile words ---


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_no_words_raise(index: Index, text: str) -> None:
    """Each finds records or none; the expression is quoted words alone."""
    words = Words.of(text)
    found = index.find(words)
    index.passages(words, found)
    index.nearest(text[:64].encode("utf-8", "replace").decode())
    assert len(words.terms) <= 32
    assert len(words.expression) < 5_000
    assert (not words.terms) <= (not found)


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_words(text: str) -> None:
    """No text is a fault of syntax: an index in memory answers all of them."""
    words = Words.of(text)
    with sqlite3.connect(":memory:") as base:
        base.execute("CREATE VIRTUAL TABLE words USING fts5(a)")
        if words.terms:
            assert [] == base.execute("SELECT 1 FROM words WHERE words MATCH ?", (words.expression,)).fetchall()
    base.close()


def test_words_of_the_syntax_are_words(tmp_path: Path) -> None:
    """NEAR, OR, NOT and the name of a column are looked for like any other word."""
    path = tmp_path / INDEX_FILE
    texts: dict[str, dict[str, tuple[str, ...]]]
    texts = {"A": {"identifier": ("A",), "title": ("near or far",)}, "B": {"identifier": ("B",), "title": ("far",)}}
    assert 2 == write_index(path, texts)["records"]
    index = Index(path)
    assert ["A"] == find(index, "far OR near")
    assert [] == find(index, "far NOT near")
    assert [] == find(index, "NEAR(far")
    assert ["A"] == find(index, "NEAR(or")
    assert [] == find(index, "title:near")


def test_a_control_character_in_a_text_is_no_mark(tmp_path: Path) -> None:
    """What marks a match cannot come from a text: the build takes controls out."""
    texts: dict[str, dict[str, tuple[str, ...]]]
    texts = {"A": {"identifier": ("A",), "title": ("one two",)}}
    assert Words.of("\x01one\x02").terms == (("one", False),)
    write_index(tmp_path / INDEX_FILE, texts)
    passage = Index(tmp_path / INDEX_FILE).passages(Words.of("\x01one\x02"), ["A"])["A"]
    assert [("one", True), (" two", False)] == [(piece.text, piece.marked) for piece in passage.title]
