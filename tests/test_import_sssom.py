"""The importer of SSSOM mapping sets, on invented mappings."""

from __future__ import annotations

from pathlib import Path

import pytest
from imports import FIXTURES, Imported, findings, imported

from failuregraph.errors import Unreadable
from failuregraph.project import Project

CONTOSO = FIXTURES / "sssom" / "contoso2owasp.sssom.tsv"
NORTHWIND = FIXTURES / "sssom" / "northwind2nist.tsv"
HEADER = "subject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\tmapping_justification"
NODE = "graph/import/sssom-contoso2owasp/mappings#"


@pytest.fixture(scope="module")
def contoso(repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Return the set about OWASP, imported."""
    return imported("sssom", CONTOSO, repository, tmp_path_factory.mktemp("sssom") / "into")


def _set(tmp_path: Path, *rows: str, licence: str = "https://creativecommons.org/licenses/by/4.0/") -> Path:
    path = tmp_path / "invented.tsv"
    path.write_text("\n".join([f"#license: {licence}", HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def _row(subject: str = "a:b", target: str = "c:d", label: str = "", predicate: str = "skos:closeMatch") -> str:
    return f"{subject}\t\t{predicate}\t{target}\t{label}\tsemapv:ManualMappingCuration"


def test_every_row_is_accounted_for(contoso: Imported, repository: Project) -> None:
    """Eight rows are four mappings, two findings of absence and two refusals; the gates find nothing."""
    assert (8, 4, 2, 2) == contoso.table(CONTOSO.name)
    assert [] == findings(repository, contoso.outcome.folder)


def test_a_second_set_is_an_import_of_its_own(repository: Project, tmp_path: Path) -> None:
    """Its name comes from the file, and a predicate may be a whole IRI."""
    found = imported("sssom", NORTHWIND, repository, tmp_path / "into")
    assert (2, 2, 0, 0) == found.table(NORTHWIND.name)
    assert "graph/import/sssom-northwind2nist/mappings>" in found.text
    assert [] == findings(repository, tmp_path / "into")


def test_no_match_is_no_mapping(contoso: Imported) -> None:
    """It is left out, also where it has no object or its columns are shifted."""
    assert [15, 16] == [each[1] for each in contoso.told("noMatch")]


def test_another_predicate_is_refused_by_name(contoso: Imported) -> None:
    """Only the five matches of SKOS are mappings."""
    assert [(CONTOSO.name, 17, "predicate_id")] == [each[:3] for each in contoso.told("“nexus:hasRelatedRisk”")]


def test_a_bare_code_of_owasp_is_refused(contoso: Imported) -> None:
    """LLM03 means one thing in 2025 and another in 2026."""
    assert [(CONTOSO.name, 18, "object_id")] == [each[:3] for each in contoso.told("of a known scheme and edition")]


@pytest.mark.parametrize(
    ("local", "label", "concept"),
    [
        ("llm032025-supply-chain", "Supply Chain", "owasp-llm-2025#LLM03"),
        ("llm03-supply-chain", "LLM03:2025 Supply Chain", "owasp-llm-2025#LLM03"),
        ("llm03-excessive-agency", "LLM03:2026 Excessive Agency", "owasp-llm-2026#LLM03"),
        ("llm03:2026", "", "owasp-llm-2026#LLM03"),
        ("llm01-prompt-injection", "LLM01:2023 Prompt Injection", "owasp-llm-2023#LLM01"),
    ],
)
def test_each_edition_of_owasp_is_a_scheme_of_its_own(
    repository: Project, tmp_path: Path, local: str, label: str, concept: str
) -> None:
    """The edition stands in the identifier or in the label."""
    path = _set(tmp_path, _row(target=f"owasp-llm-2.0:{local}", label=label))
    found = imported("sssom", path, repository, tmp_path / "into")
    assert f"scheme/{concept}>" in found.text


def test_an_edition_that_is_not_ours_brings_its_concept_along(repository: Project, tmp_path: Path) -> None:
    """It is known by its code, so that no reference dangles."""
    path = _set(tmp_path, _row(target="owasp-llm-2.0:llm012023-injection"))
    found = imported("sssom", path, repository, tmp_path / "into")
    assert {"LLM01:2023"} == found.said("scheme/owasp-llm-2023#LLM01", "skos:prefLabel")
    assert [] == findings(repository, tmp_path / "into")


def test_a_label_of_another_entry_is_told_and_the_identifier_counts(repository: Project, tmp_path: Path) -> None:
    """Upstream has rows whose label names another risk than the identifier."""
    row = _row(target="owasp-llm-2.0:llm092025-misinformation", label="LLM06:2025 Excessive Agency")
    found = imported("sssom", _set(tmp_path, row), repository, tmp_path / "into")
    assert "owasp-llm-2025#LLM09>" in found.text
    assert ["object_label"] == [each[2] for each in found.told("“LLM06:2025” is not what the identifier names")]


@pytest.mark.parametrize(
    "target", ["owasp-llm-2.0:llm112025-x", "owasp_asi:asi99-x", "no curie", "stage:trigger", "a:"]
)
def test_what_names_no_concept_is_refused(repository: Project, tmp_path: Path, target: str) -> None:
    """A code that a list does not have, a text, and a scheme of this project, which is not a set's to add to."""
    found = imported("sssom", _set(tmp_path, _row(target=target)), repository, tmp_path / "into")
    assert (1, 0, 0, 1) == found.table("invented.tsv")
    assert ["object_id"] == [each.column for each in found.outcome.refused]


def test_two_prefixes_of_one_scheme_are_one_scheme(contoso: Imported) -> None:
    """The IBM AI Risk Atlas is one list, whichever prefix a row uses."""
    assert "scheme/ibm-risk-atlas#invented-agency>" in contoso.text
    assert "ibmairisk" not in contoso.text


def test_a_mapping_keeps_justification_confidence_date_and_set(contoso: Imported) -> None:
    """A question may filter by how a mapping was made."""
    node = f"{NODE}ibm-risk-atlas.invented-agency-broadMatch-owasp-llm-2025.LLM06"
    assert {"semapv:LLMBasedMatching"} == contoso.said(node, "fg:justification")
    assert {"0.85"} == contoso.said(node, "fg:mappingConfidence")
    assert {"2026-02-03"} == contoso.said(node, "dcterms:created")
    assert {"https://example.org/mappings/contoso2owasp"} == contoso.said(node, "fg:mappingSet")


def test_an_address_of_a_person_is_dropped_and_an_orcid_kept(contoso: Imported) -> None:
    """Also where one cell holds both."""
    node = f"{NODE}ibm-risk-atlas.invented-chain-relatedMatch-owasp-agentic-2026.ASI04"
    assert {"https://orcid.org/0000-0002-1825-0097"} == contoso.said(node, "prov:wasAttributedTo")
    assert "someone" not in contoso.text


def test_the_wording_of_owasp_makes_no_concept(contoso: Imported) -> None:
    """Its concepts stand in our own alignments; a label is kept as the row prints it."""
    assert set() == contoso.said("scheme/owasp-llm-2025#LLM01", "skos:prefLabel")


def test_a_mapping_that_stands_twice_counts_once(repository: Project, tmp_path: Path) -> None:
    """The second is refused by its line."""
    found = imported("sssom", _set(tmp_path, _row(), _row()), repository, tmp_path / "into")
    assert [("invented.tsv", 4, "subject_id", "a:b → c:d")] == found.told("stands in the file twice")


def test_a_bad_justification_or_confidence_is_told(repository: Project, tmp_path: Path) -> None:
    """A justification is needed, a confidence is not."""
    path = _set(tmp_path, _row().replace("semapv:ManualMappingCuration", "I think so"))
    found = imported("sssom", path, repository, tmp_path / "into")
    assert ["mapping_justification"] == [each.column for each in found.outcome.refused]


def test_an_open_quotation_mark_swallows_no_row_unsaid(repository: Project, tmp_path: Path) -> None:
    """The rows that it hides are refused as one, and the row before them is taken."""
    hidden = _row(subject="a:x", label='"open')
    found = imported("sssom", _set(tmp_path, _row(), hidden, _row(subject="a:y")), repository, tmp_path / "into")
    assert (2, 1, 0, 1) == found.table("invented.tsv")
    assert [4] == [each[1] for each in found.told("a quotation mark opens")]


@pytest.mark.parametrize("licence", ["", "All rights reserved"])
def test_a_set_without_a_known_licence_is_refused(repository: Project, tmp_path: Path, licence: str) -> None:
    """Nobody may share what has none."""
    with pytest.raises(Unreadable, match="is not one of those known here"):
        imported("sssom", _set(tmp_path, _row(), licence=licence), repository, tmp_path / "into")


def test_a_missing_column_is_named(repository: Project, tmp_path: Path) -> None:
    """The header that was found is shown."""
    path = _set(tmp_path, _row())
    path.write_text(path.read_text().replace("predicate_id", "relation"))
    with pytest.raises(Unreadable, match="the column “predicate_id” is missing; the header is subject_id"):
        imported("sssom", path, repository, tmp_path / "into")
