"""The contact of a server: where corrections and weaknesses are sent, and what is said where none is named."""

from __future__ import annotations

import asyncio

import pytest
from retired import with_retired

from failuregraph.build import Release, build
from failuregraph.errors import WrongUse
from failuregraph.names import BASE
from failuregraph.project import Project
from failuregraph.serve.app import Service
from failuregraph.serve.asking import ask
from failuregraph.serve.settings import Place, Settings, contact_of

CONTACT = "mailto:graph@example.org"
LINK = f'<a href="{CONTACT}">'

Built = tuple[Release, Project]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Return a release of the test corpus with some identifiers retired."""
    folder = tmp_path_factory.mktemp("contact")
    project = with_retired(folder)
    return build(project, folder / "build"), project


def _text(built: Built, path: str, contact: str) -> str:
    service = Service(*built, Settings(), Place(contact=contact))
    return asyncio.run(ask(service, path)).text


@pytest.mark.parametrize("path", ["/", "/record/FI-9001", "/incident/withdrawn", "/nowhere"])
def test_pages_lead_to_the_contact(built: Built, path: str) -> None:
    """In the foot of every page; a record and an identifier that was withdrawn say what it is for."""
    with_contact, without = (_text(built, path, contact) for contact in (CONTACT, ""))
    assert f"{LINK}Contact and corrections</a>" in with_contact
    assert "mailto:" not in without
    told = with_contact.count(LINK) - 1
    assert (1 if path.startswith(("/record", "/incident")) else 0) == told


@pytest.mark.parametrize(
    ("contact", "told"), [(CONTACT, CONTACT), ("https://example.org/x", "https://example.org/x"), ("", BASE)]
)
def test_security_txt_names_it(built: Built, contact: str, told: str) -> None:
    """RFC 9116 asks for a contact: the front page stands in where there is no better one."""
    assert f"\nContact: {told}\n" in _text(built, "/.well-known/security.txt", contact)


@pytest.mark.parametrize("address", ["", CONTACT, "https://example.org", "https://example.org/issues?new=1"])
def test_an_address_is_taken_as_it_is(address: str) -> None:
    """Web pages by https and mail; none is a choice too."""
    assert address == contact_of(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org",
        "javascript:alert(1)",
        "mailto:graph",
        'https://example.org/"><b>',
        "https://example.org/ x",
        "x",
    ],
)
def test_what_no_page_should_link_to_is_refused(address: str) -> None:
    """One sentence that says what to write."""
    with pytest.raises(WrongUse, match="no https or mailto address"):
        contact_of(address)
