"""The tables of a release as Croissant 1.1: files with checksums, and the fields of every row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from failuregraph.catalog.dcat import DUMPS
from failuregraph.names import BASE
from failuregraph.pages.citations import of_release
from failuregraph.tables import TABLES

if TYPE_CHECKING:
    from failuregraph.pages.site import Site
    from failuregraph.tables import TableFile

__all__ = ["croissant"]

_CROISSANT: Final = "http://mlcommons.org/croissant/"
#: The context that the specification prints, for readers that compare it as a whole.
_CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": _CROISSANT,
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": f"{_CROISSANT}RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(site: Site) -> dict[str, Any]:
    """Return the description of the tables, which all stand under the licence of the first dump."""
    _, title, description, issued, _, _ = site.rows("release")[0]
    files, citation = site.release.manifest["files"], of_release(site)
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": "failure-graph",
        "alternateName": f"{title}: tables",
        "description": description,
        "conformsTo": f"{_CROISSANT}1.1",
        "citeAs": citation.bibtex,
        "license": files[TABLES[0].file]["licence"],
        "creditText": "; ".join(files[TABLES[0].file]["attribution"]),
        "url": BASE,
        "version": f"0.0.0+{site.release.identifier}",
        "creator": {"@type": "sc:Organization", "name": citation.author, "url": BASE},
        "datePublished": citation.issued or issued,
        "inLanguage": "en",
        "isLiveDataset": False,
        "distribution": [_file(site.release.identifier, table, files[table.file]) for table in TABLES],
        "recordSet": [_records(table) for table in TABLES],
    }


def _file(release: str, table: TableFile, stated: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": table.file,
        "name": table.file,
        "description": f"One row for {table.row}",
        "contentUrl": f"{DUMPS}{release}/{table.file}",
        "contentSize": f"{stated['bytes']} B",
        "encodingFormat": "text/csv",
        "sha256": stated["sha256"],
    }


def _records(table: TableFile) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"One record for {table.row}",
        "key": {"@id": f"{table.name}/iri"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{table.name}/{column.name}",
                "name": column.name,
                "description": column.meaning,
                "dataType": "sc:Text",
                "source": {"fileObject": {"@id": table.file}, "extract": {"column": column.name}},
            }
            for column in table.columns
        ],
    }
