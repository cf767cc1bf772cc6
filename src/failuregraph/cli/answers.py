"""What the command ``ask`` prints: the answer with its receipt, the reasons of a row, and the bank as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from failuregraph.answer.receipt import Edition, origin_of, receipt, text_of
from failuregraph.cli.graph import interruptible, say_registries, store_of
from failuregraph.cli.output import emit, plain, render
from failuregraph.errors import Unsupported
from failuregraph.names import BASE, shorten
from failuregraph.query import QueryFile, answer_with, run
from failuregraph.store import OxigraphStore, Table, number, text
from failuregraph.turtle import save

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from failuregraph.answer.receipt import Difference
    from failuregraph.project import Project
    from failuregraph.store import Store, Term

__all__ = ["Asked", "listing", "run_all", "show_answer", "show_reasons", "verdicts"]


@dataclass(frozen=True)
class Asked:
    """A question that was asked of a project, with its parameters as terms and the store that answers."""

    project: Project
    question: QueryFile
    terms: dict[str, Term]
    store: Store

    @classmethod
    def of(cls, project: Project, name: str, params: Mapping[str, str], url: str | None = None) -> Asked:
        """Return the question of that name with its parameters; raises WrongUse before anything is loaded."""
        question = QueryFile.named(project.answers, name)
        return cls(project, question, question.bind(params), store_of(project, url))

    def table(self) -> Table:
        """Return the answer, and say on stderr what it was drawn from, and why it is empty where it is."""
        with interruptible():
            table = answer_with(self.store, self.question, self.terms)
        say_registries(self.project, self.store)
        if not table.rows:
            click.echo(_why_empty(self.question), err=True)
        return table


def show_answer(
    asked: Asked,
    form: str | None,
    color: bool | None,  # noqa: FBT001 - as render takes it
    output: Path | None,
    wanted: Path | None,
) -> None:
    """Print or write the answer; what is written to a file has its receipt beside it."""
    table = asked.table()
    stated = {}
    if wanted or output or form == "chart":
        stated = receipt(Edition.answering(asked.project, asked.store), asked.question, asked.terms, table)
    if form == "chart":
        from failuregraph.answer.chart import chart

        source = f"{'; '.join(stated['attribution'])}. {origin_of(stated)}, {stated['licence']}"
        emit(chart(asked.question, table, source).encode(), output)
    else:
        emit(render(table, form, color=color), output)
    path = wanted or (output.with_name(f"{output.name}.receipt.json") if output else None)
    if path is not None:
        save(path, text_of(stated))


def show_reasons(asked: Asked, row: int, form: str | None, color: bool | None, output: Path | None) -> None:  # noqa: FBT001 - as above
    """Print the statements that a row rests on; stderr says which row it is and how many incidents it counts."""
    from failuregraph.answer.why import reasons

    if not isinstance(asked.store, OxigraphStore):
        raise Unsupported("A remote store", "--why, which reads graph by graph")
    found = reasons(asked.store, asked.question, asked.terms, row)
    values = ", ".join(f"{name} {plain(term)}" for name, term in zip(found.columns, found.row, strict=True))
    click.echo(f"Row {row}: {values}", err=True)
    members = ", ".join(shorten(each) for each in found.members)
    click.echo(f"It rests on {len(found.members)} incidents or hazards: {members or 'none'}", err=True)
    columns = ("subject", "predicate", "object", "asserted_in", "licence", "supported_by")
    rows = tuple(
        tuple(
            text(_short(value))
            for value in (each.subject, each.predicate, each.object, each.graph, each.licence, each.support)
        )
        for each in found.statements
    )
    emit(render(Table(columns, rows), form, color=color), output)


def _short(value: str) -> str:
    """Return an IRI of this graph without the base, another with its prefix, a text as it is."""
    found = shorten(value)
    return value.removeprefix(BASE) if found == value else found


def _why_empty(question: QueryFile) -> str:
    return f"{question.name} has no rows: {question.said('empty') or 'no record has the facts that it reads.'}"


def listing(project: Project) -> Table:
    """Return the bank: name and question of each."""
    questions = QueryFile.folder(project.answers)
    return Table(("name", "question"), tuple((text(each.name), text(each.said("question"))) for each in questions))


def run_all(project: Project, url: str | None = None) -> Table:
    """Return for each question how many rows it has with its defaults, and why it has none."""
    store = store_of(project, url)
    say_registries(project, store)
    rows = []
    with interruptible():
        for question in QueryFile.folder(project.answers):
            found = len(run(store, question).rows)
            rows.append((text(question.name), number(found), text("" if found else _why_empty(question))))
    return Table(("name", "rows", "why_empty"), tuple(rows))


def verdicts(found: Sequence[Difference]) -> Iterator[str]:
    """Yield a line for each thing that a receipt states, and one for the whole."""
    for each in found:
        yield f"{each.what}: same" if each.same else f"{each.what}: differs: stated {each.stated}, found {each.found}"
    broken = [each.what for each in found if each.binding and not each.same]
    yield (
        f"The answer is not that of the receipt: {', '.join(broken)}."
        if broken
        else "The answer is that of the receipt."
    )
